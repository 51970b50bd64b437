"""How a namespace stands, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from snapkeep.domain.objects.view.wholeness import Lack, NamespaceStands, Wholeness

SHOWN = 5
"""How many names of a sort a sentence has."""

NOT_SAVED = "its objects are not saved: no policy with `objects` takes its claims"


def in_words(stands: NamespaceStands) -> str:
    """`restorable whole`, or what is missing and why."""
    if stands.state is Wholeness.WHOLE:
        return "restorable whole"
    if stands.state is Wholeness.NOT_SAVED:
        return NOT_SAVED
    return "; ".join(_parts(stands))


def unasked_in_words(stands: NamespaceStands) -> str:
    """Which kinds of CRDs nobody looked for; "" for none."""
    summary = stands.saved.summary if stands.saved else None
    if summary is None or not summary.unasked_count:
        return ""
    count = summary.unasked_count
    kinds = "1 kind" if count == 1 else f"{count} kinds"
    return f"not looked for: {kinds} that custom_kinds does not name ({_few(summary.unasked, count)})"


def left_out_in_words(stands: NamespaceStands) -> str:
    """The first reasons why objects were left out, with how many of which kind; "" for none."""
    left = stands.saved.summary.left_out if stands.saved and stands.saved.summary else ()
    return _few([f"{each.count} {each.kind} ({each.reason})" for each in left], len(left))


def _parts(stands: NamespaceStands) -> Iterator[str]:
    """A part of the sentence for each way in which something is missing."""
    for each in stands.missing:
        if each.lack in (Lack.OBJECTS, Lack.AGE, Lack.SCOPE):
            yield each.why
    claims = [f"{each.name} ({each.why})" for each in stands.missing if each.lack is Lack.CLAIM]
    if claims:
        yield f"no ready point of {_few(claims, len(claims))}"
    if secrets := stands.saved.secrets if stands.saved else 0:
        yield f"bring {_secrets([name for name in stands.names(Lack.SECRET) if name], secrets)}"
    if kinds := stands.names(Lack.KIND):
        yield f"not listed: {_few(kinds, len(kinds))}"
    if makers := stands.names(Lack.MAKER):
        yield f"custom_kinds lacks {_few(makers, len(makers))}, which make objects here"


def _secrets(names: Sequence[str], count: int) -> str:
    many = "the Secret" if count == 1 else f"{count} Secrets"
    return f"{many}{': ' if count > 1 else ' '}{_few(names, count)}" if names else many


def _few(names: Sequence[str], count: int) -> str:
    """The first names, and how many more there are."""
    shown = names[:SHOWN]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")
