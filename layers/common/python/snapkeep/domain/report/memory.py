"""What the last runs of a cluster's policies say about its claims, for when the cluster cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, Skipped
from snapkeep.domain.backup.selection import SkippedClaim
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.report.claims import Name, failed_at
from snapkeep.domain.report.coverage import LastGood, newest
from snapkeep.domain.times import moment

SELECTION = frozenset(
    {
        Code.OTHER_POLICY,
        Code.NOT_OPTED_IN,
        Code.NAMESPACE,
        Code.LABELS,
        Code.STORAGE_CLASS,
        Code.SIZE,
        Code.NO_POLICY,
    }
)
"""Codes that concern one policy only; another policy's reason may say more about the claim."""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim as remembered: its points of the last runs, its newest good point under each policy, and, if no
    run took it, why not. `uid` is "" if that is unknown.
    """

    name: Name
    taken: Sequence[Point]
    good: Sequence[LastGood]
    left: SkippedClaim | None
    uid: str = ""

    @property
    def policies(self) -> Sequence[str]:
        """The policies that took it last."""
        return [point.policy for point in self.taken] or [item.policy for item in self.good]

    @property
    def failure(self) -> str:
        """A sentence saying why it has no good point; "" if it has one, or if the reason is unknown."""
        failed = [point for point in self.taken if point.state is PointState.FAILED and not self.good]
        if not failed:
            return ""
        point = max(failed, key=lambda point: point.slot)
        return failed_at(point.policy, point.slot, point.reason)


@dataclass(slots=True)
class Memory:
    """What runs took and skipped."""

    _taken: dict[Name, dict[str, Point]] = field(default_factory=dict)
    _left: dict[Name, SkippedClaim] = field(default_factory=dict)

    def add(self, run: Run, points: Iterable[Point], skipped: Iterable[Skipped]) -> None:
        """Add a run. Add the runs of one policy newest first."""
        for point in points:
            name = (point.claim.namespace, point.claim.name)
            self._taken.setdefault(name, {}).setdefault(run.policy, point)
        for item in skipped:
            found = _left(item, run)
            name = (found.subject.namespace, item.subject.partition("/")[2])
            known = self._left.get(name)
            if known is None or (known.code in SELECTION and found.code not in SELECTION):
                self._left[name] = found

    def claims(
        self, good: Mapping[str, Sequence[LastGood]], names: Mapping[str, Name], namespace: str
    ) -> Iterator[KnownClaim]:
        """Every claim (of that namespace, unless "") that runs or good points mention, by name.

        `good` holds the newest good points and `names` the names of claims by UID. If several claims had a
        name, it belongs to the one that runs took last, else to the one with the newest point.
        """
        holder: dict[Name, str] = {}
        for uid in sorted(good, key=lambda uid: _slot(good[uid])):
            holder[names[uid]] = uid
        for name, points in self._taken.items():
            holder[name] = max(points.values(), key=lambda point: point.slot).claim.uid
        for name in sorted({*holder, *self._left}):
            uid = holder.get(name, "")
            if namespace in ("", name[0]):
                taken = [point for point in self._taken.get(name, {}).values() if point.claim.uid == uid]
                left = None if taken else self._left.get(name)
                yield KnownClaim(name, taken, good.get(uid, ()), left, uid)


def _slot(good: Iterable[LastGood]) -> float:
    last = newest(good)
    return last.slot.timestamp() if last else 0.0


def _left(item: Skipped, run: Run) -> SkippedClaim:
    """What a run skipped, with its time. An unknown code, written by another version, counts as one of a
    selection.
    """
    namespace, _, name = item.subject.partition("/")
    code = Code(item.code) if item.code in set(Code) else Code.NO_POLICY
    return SkippedClaim(ClaimName(namespace, name), code, f"{item.reason} (at {moment(run.slot)})")
