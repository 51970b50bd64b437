"""Copies as retention sees them: lineages of their own, by the age of their data, in one place.

They are planned apart from points, so a copy never shields its source nor the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import Place
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.snapshot_tags import Unreadable

STATES = {
    CopyState.PENDING: PointState.PENDING,
    CopyState.READY: PointState.READY,
    CopyState.FAILED: PointState.FAILED,
    CopyState.DELETING: PointState.DELETING,
}


@dataclass(frozen=True, slots=True, order=True)
class CopyLineage:
    """All copies of one claim under one policy in a place.

    A claim is known by its cluster and its UID: a cluster that was restored from a backup of another one has
    claims of the same UIDs, whose data differs from then on.
    """

    cluster: str
    claim: str
    policy: str

    @property
    def whose(self) -> str:
        """The claim in one text, by which retention plans all lineages of a claim together."""
        return f"{self.cluster}/{self.claim}"

    def __str__(self) -> str:
        return f"{self.whose}/{self.policy}"


def lineage_of(copy: Copy) -> CopyLineage:
    """The lineage that a copy belongs to."""
    return CopyLineage(copy.claim.cluster, copy.claim.uid, copy.policy)


@dataclass(slots=True)
class SortedCopies:
    """The copies of a place by lineage.

    `leftovers` (id to reason) are failed and second copies, which protect nothing and may go at once.
    `unreadable` are copies that cannot be told apart from another; they stay and count nowhere. `labels`
    names lineages for people by their text, `away` are copies in the Recycle Bin.
    """

    lineages: dict[CopyLineage, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    leftovers: dict[str, str] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    away: list[str] = field(default_factory=list)


def sort_copies(
    copies: Iterable[Copy],
    place: Place,
    protections: Mapping[str, tuple[Protection, ...]] = MappingProxyType({}),
) -> SortedCopies:
    """The copies of a place as candidates; copies of other places are left out.

    `protections` (by snapshot id) are the locks and AMIs that EC2 reports.
    """
    found = SortedCopies()
    here = list({copy.snapshot_id: copy for copy in copies if copy.place == place.name}.values())
    pins = {} if place.retire else _pins(here, place)
    twins = dict(_twins(here))
    ready = {copy.point_id for copy in here if copy.state is CopyState.READY and not copy.duplicate}
    for copy in here:
        forbidden = (*copy.protections, *protections.get(copy.snapshot_id, ()))
        if copy.state is CopyState.PENDING:
            found.pending.append(copy.snapshot_id)
        if copy.state is CopyState.DELETING:
            found.away.append(copy.snapshot_id)
        if copy.duplicate or copy.state is CopyState.FAILED:
            if not forbidden and (reason := _leftover(copy, ready)):
                found.leftovers[copy.snapshot_id] = reason
            continue
        if copy.snapshot_id in twins:
            found.unreadable.append(Unreadable(copy.snapshot_id, twins[copy.snapshot_id]))
            continue
        lineage = lineage_of(copy)
        found.lineages[lineage].append(
            Candidate(
                copy.snapshot_id,
                copy.taken,
                STATES[copy.state],
                (*forbidden, *pins.get(copy.snapshot_id, ())),
                volume=copy.source_volume,
            )
        )
        found.labels[str(lineage)] = _label(copy)
    return found


def _label(copy: Copy) -> str:
    claim = copy.claim
    return f"{claim.namespace}/{claim.name} of {claim.cluster} (policy {copy.policy}) in {copy.place}"


def _leftover(copy: Copy, ready: set[str]) -> str:
    """Why a failed or second copy may go; "" for a duplicate without which its point would have none."""
    if copy.state is CopyState.FAILED:
        return f"failed: {copy.message}" if copy.message else "failed"
    return "a second copy of its point" if copy.point_id in ready else ""


def _twins(copies: Sequence[Copy]) -> Iterator[tuple[str, str]]:
    """Copies (ids) of one point that nothing tells apart, each with what to do."""
    by_point: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        if copy.state is CopyState.READY and not copy.duplicate:
            by_point[copy.point_id].append(copy)
    for same in by_point.values():
        for number, copy in enumerate(same if len(same) > 1 else ()):
            other = same[number - 1].snapshot_id
            yield (
                copy.snapshot_id,
                f"{other} is a copy of the same point, too. Tag one of them snapkeep:duplicate=true, or "
                "delete it",
            )


def _pins(copies: Sequence[Copy], place: Place) -> dict[str, tuple[Protection, ...]]:
    """The copies that must stay so that the next one of their volume moves only what changed: the newest,
    and the one made last where that is another.

    EC2 makes a full copy where the most recent one is gone.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html#ebs-incremental-copy
    """
    newest: dict[str, Copy] = {}
    made_last: dict[str, Copy] = {}
    for copy in copies:
        if copy.state is not CopyState.READY or copy.duplicate:
            continue
        volume = copy.source_volume
        newest[volume] = max(newest.get(volume, copy), copy, key=lambda item: (item.taken, item.snapshot_id))
        made_last[volume] = max(
            made_last.get(volume, copy), copy, key=lambda item: (item.started_at, item.snapshot_id)
        )
    found: dict[str, tuple[Protection, ...]] = {}
    for what, some in (("last copy made", made_last), ("newest copy", newest)):
        for volume, copy in some.items():
            text = f"the {what} of {volume} in {place.name}: without it the next one would be a full copy"
            found[copy.snapshot_id] = (Protection(text),)
    return found
