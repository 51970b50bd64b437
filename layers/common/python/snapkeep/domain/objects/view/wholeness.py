"""Whether a namespace can be restored whole from what was saved of it, and if not, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.times import moment

SETTLED = timedelta(hours=2)
"""How long after its slot a run may still be saving objects and taking points: until then, an earlier one
that is whole counts."""


class Lack(StrEnum):
    """What can be missing of a namespace."""

    OBJECTS = "objects"
    AGE = "age"
    SCOPE = "scope"
    CLAIM = "claim"
    SECRET = "secret"
    KIND = "kind"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a restore would lack, and why; `name` is "" where it is about the whole archive."""

    lack: Lack
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ClaimPoints:
    """A claim of a namespace, the slots (aware UTC) of its ready points by policy, and its coverage in words.

    `apart` says that it has a ready backup which belongs to no run: that of its file system.
    """

    name: str
    slots: Mapping[str, frozenset[datetime]]
    why: str
    apart: bool = False


class Wholeness(StrEnum):
    """How a namespace stands; `not-saved` means that no policy is to save its objects."""

    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    NOT_SAVED = "not-saved"


@dataclass(frozen=True, slots=True)
class NamespaceStands:
    """Whether a namespace is restorable whole, by the archive `saved` (None without one). `gone` says that
    none of its claims exist any more."""

    namespace: str
    state: Wholeness
    saved: Saved | None = None
    missing: tuple[Missing, ...] = ()
    gone: bool = False

    def names(self, lack: Lack) -> list[str]:
        """The names of what is missing in one way."""
        return [each.name for each in self.missing if each.lack is lack]


def stands(
    namespace: str, archives: Iterable[Saved], claims: Sequence[ClaimPoints], asked: bool, now: datetime
) -> NamespaceStands:
    """How a namespace stands that has these archives and claims; `asked` says whether a policy is to save its
    objects.

    The newest run that has settled counts, or a newer one that lacks less.
    """
    by_policy: dict[str, list[Saved]] = {}
    for each in archives:
        by_policy.setdefault(each.subject.policy, []).append(each)
    judged = [
        (saved, tuple(missing))
        for found in by_policy.values()
        for saved, missing in _of_policy(found, claims, now)
    ]
    if judged:
        saved, missing = min(judged, key=lambda one: (len(one[1]), -one[0].subject.slot.timestamp()))
        state = Wholeness.INCOMPLETE if missing else Wholeness.WHOLE
        return NamespaceStands(namespace, state, saved, missing)
    if asked:
        nothing = Missing(Lack.OBJECTS, "", "no run has saved its objects yet")
        return NamespaceStands(namespace, Wholeness.INCOMPLETE, None, (nothing,))
    return NamespaceStands(namespace, Wholeness.NOT_SAVED)


def _of_policy(
    archives: Sequence[Saved], claims: Sequence[ClaimPoints], now: datetime
) -> Iterator[tuple[Saved, Iterable[Missing]]]:
    """The archives of one policy that may count, each with what it lacks."""
    newest = max(archives, key=_slot)
    points = {slot for claim in claims for slot in claim.slots.get(newest.subject.policy, ())}
    settled = {slot for slot in points | set(map(_slot, archives)) if slot <= now - SETTLED}
    since = max(settled, default=None)
    current = [each for each in archives if since is None or _slot(each) >= since]
    for each in current:
        yield each, _missing(each, claims)
    if since and not current:
        why = f"its newest objects are of {moment(_slot(newest))}, its newest points of {moment(since)}"
        yield newest, (Missing(Lack.AGE, "", why), *_missing(newest, claims))


def _missing(saved: Saved, claims: Sequence[ClaimPoints]) -> Iterator[Missing]:
    """What a restore from an archive and the points of its run would lack."""
    if saved.subject.scope is ObjectScope.WORKLOAD:
        yield Missing(
            Lack.SCOPE, "", "only what mounts its claims is saved: its policy has objects: workload"
        )
    for claim in claims:
        if not claim.apart and not _has_point(claim, saved):
            yield Missing(Lack.CLAIM, claim.name, claim.why)
    for name in saved.summary.secrets if saved.summary else ():
        why = "it is not among the Secrets that were saved" if saved.secrets_file else "Secrets are not saved"
        yield Missing(Lack.SECRET, name, why)
    if more := saved.secrets - (len(saved.summary.secrets) if saved.summary else 0):
        yield Missing(Lack.SECRET, "", f"{more} Secrets that only the manifest names are not saved")
    for kind in saved.refused:
        yield Missing(Lack.KIND, kind, "the cluster did not let save_objects list them")
    for kind in saved.summary.makers if saved.summary else ():
        yield Missing(Lack.MAKER, kind, "they make objects here, and custom_kinds does not name them")


def _has_point(claim: ClaimPoints, saved: Saved) -> bool:
    return _slot(saved) in claim.slots.get(saved.subject.policy, frozenset())


def _slot(saved: Saved) -> datetime:
    """The slot to the second, as the tags of points have it."""
    return saved.subject.slot.replace(microsecond=0)
