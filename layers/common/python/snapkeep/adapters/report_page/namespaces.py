"""The rows about namespaces: whether each is restorable whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from snapkeep.domain.objects.view.wholeness import Wholeness
from snapkeep.domain.objects.view.words import in_words, left_out_in_words, unasked_in_words

if TYPE_CHECKING:
    from snapkeep.domain.objects.view.wholeness import NamespaceStands

SHOWN = 50
"""How many namespaces the page lists, those first that lack something."""
KINDS = 5
"""How many kinds of a namespace's objects a row counts."""

BADGES = {
    Wholeness.WHOLE: "protected",
    Wholeness.INCOMPLETE: "late",
    Wholeness.NOT_SAVED: "unprotected",
}
"""The colour of each state, named after that of claims."""
ORDER = (Wholeness.INCOMPLETE, Wholeness.NOT_SAVED, Wholeness.WHOLE)


@dataclass(frozen=True, slots=True)
class NamespaceRow:
    """A namespace as the page shows it; `words` is "" for one that lacks nothing, `beside` says the rest."""

    namespace: str
    badge: str
    state: str
    objects: int
    kinds: str
    secrets: int
    left_out: int
    saved_at: datetime | None
    run: str
    words: str
    beside: str


def namespace_rows(namespaces: Sequence[NamespaceStands]) -> list[NamespaceRow]:
    """The first rows, those that lack something first."""
    worst_first = sorted(namespaces, key=lambda each: (ORDER.index(each.state), each.namespace))
    return [_row(each) for each in worst_first[:SHOWN]]


def namespaces_in_words(namespaces: Sequence[NamespaceStands]) -> str:
    """How many are restorable whole."""
    whole, total = sum(each.state is Wholeness.WHOLE for each in namespaces), len(namespaces)
    return f"{whole:,} of {total:,} {'is' if whole == 1 else 'are'} restorable whole"


def _row(stands: NamespaceStands) -> NamespaceRow:
    saved = stands.saved
    left = left_out_in_words(stands)
    gone = "none of its claims exist any more" if stands.gone else ""
    return NamespaceRow(
        namespace=stands.namespace,
        badge=BADGES[stands.state],
        state=stands.state.value.replace("-", " "),
        objects=saved.objects if saved else 0,
        kinds=_kinds(saved.summary.kinds) if saved and saved.summary else "",
        secrets=saved.secrets_saved if saved else 0,
        left_out=saved.left_out if saved else 0,
        saved_at=saved.at if saved else None,
        run=saved.subject.run if saved else "",
        words="" if stands.state is Wholeness.WHOLE else in_words(stands),
        beside="; ".join(filter(None, (gone, left and f"left out: {left}", unasked_in_words(stands)))),
    )


def _kinds(kinds: Mapping[str, int]) -> str:
    """The kinds with the most objects, and how many each has."""
    most = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {kind}" for kind, count in most[:KINDS]) + (
        ", …" if len(most) > KINDS else ""
    )
