"""Copies as retention sees them: lineages of their own, by the age of their data, in one place.

They are planned separately from points, so a copy never shields its source, or vice versa.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from snapkeep.domain.copies.copies import Copy, CopyState
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.domain.retention.snapshot_tags import Unreadable
from snapkeep.domain.tags import DUPLICATE

STATES = {
    CopyState.PENDING: PointState.PENDING,
    CopyState.READY: PointState.READY,
    CopyState.FAILED: PointState.FAILED,
    CopyState.DELETING: PointState.DELETING,
}


TWINS_WITHIN = timedelta(days=1)
"""How much later than a second copy the one that counts was made at most; attempts are minutes apart."""

UNTAG = "It stays and counts nowhere. Remove the tag, or delete the snapshot"


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

    `leftovers` are failed, second and cancelled copies, which protect nothing and may go at once.
    `unreadable` are copies of which nothing shows whether they count; they stay and count nowhere. `labels`
    names lineages for people by their text, `points` has the point of each copy (id), `away` are copies in
    the Recycle Bin.
    """

    lineages: dict[CopyLineage, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    leftovers: list[PlannedDeletion] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    away: list[str] = field(default_factory=list)


def sort_copies(
    copies: Iterable[Copy],
    place: Place,
    protections: Mapping[str, tuple[Protection, ...]] = MappingProxyType({}),
    *,
    journaled: Mapping[str, CopyStage] = MappingProxyType({}),
) -> SortedCopies:
    """The copies of a place as candidates; copies of other places are left out.

    `protections` (by snapshot id) are the locks and AMIs that EC2 reports. `journaled` are the stages of the
    records (by snapshot id) that name failed, second and cancelled copies, or the copies that count instead.
    """
    found = SortedCopies()
    here = list({copy.snapshot_id: copy for copy in copies if copy.place == place.name}.values())
    pins = {} if place.retire else _pins(here, place)
    twins = dict(_twins(here))
    good = _good(here, journaled)
    for copy in here:
        forbidden = (*copy.protections, *protections.get(copy.snapshot_id, ()))
        if copy.state is CopyState.PENDING:
            found.pending.append(copy.snapshot_id)
        if copy.state is CopyState.DELETING:
            found.away.append(copy.snapshot_id)
        if copy.duplicate or copy.cancelled or copy.state is CopyState.FAILED:
            stage = journaled.get(copy.snapshot_id)
            going = _leftover(copy, good.get(copy.point_id), journaled)
            if isinstance(going, Unreadable):
                found.unreadable.append(going)
            elif not forbidden and (stage is None or not stage.is_open):
                found.leftovers.append(going)
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
                arrived=copy.started_at,
            )
        )
        found.labels[str(lineage)] = _label(copy)
        found.points[copy.snapshot_id] = copy.point_id
    return found


def _good(copies: Sequence[Copy], journaled: Collection[str]) -> dict[str, Copy]:
    """The good copy of each point (id), of several one that the journal names."""
    ordered = sorted(copies, key=lambda copy: copy.snapshot_id in journaled)
    return {copy.point_id: copy for copy in ordered if copy.is_good}


def _label(copy: Copy) -> str:
    claim = copy.claim
    return f"{claim.namespace}/{claim.name} of {claim.cluster} (policy {copy.policy}) in {copy.place}"


def _leftover(
    copy: Copy, other: Copy | None, journaled: Mapping[str, CopyStage]
) -> PlannedDeletion | Unreadable:
    """The deletion of a copy that is none; `other` is the good copy of its point.

    Anybody who may tag snapshots can mark the only copy of a point, or another snapshot as its second copy.
    So a mark deletes nothing unless the journal counts the other copy, nor anything much older than that.
    """
    name, point = copy.snapshot_id, copy.point_id
    stage = journaled.get(name)
    if copy.state is CopyState.FAILED:
        return PlannedDeletion(name, f"failed: {copy.message}" if copy.message else "failed", point=point)
    if copy.cancelled and stage is CopyStage.CANCELLED:
        return PlannedDeletion(name, "cancelled", point=point)
    mark = CANCELLED if copy.cancelled else DUPLICATE
    if stage is not None:
        return Unreadable(name, f"it is tagged {mark}, but it is the one that the journal counts. {UNTAG}")
    if other is None:
        return Unreadable(name, f"it is tagged {mark}, but no other copy of its point is ready. {UNTAG}")
    if other.started_at - copy.started_at > TWINS_WITHIN:
        text = f"it is tagged {mark}, but {other.snapshot_id} was made more than a day later. {UNTAG}"
        return Unreadable(name, text)
    if other.snapshot_id not in journaled:
        text = f"it is tagged {mark}, but the journal does not say that {other.snapshot_id} counts. {UNTAG}"
        return Unreadable(name, text)
    return PlannedDeletion(name, "a second copy of its point", shield=other.snapshot_id, point=point)


def _twins(copies: Sequence[Copy]) -> Iterator[tuple[str, str]]:
    """Copies (ids) of one point that nothing distinguishes, each with what to do."""
    by_point: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        if copy.is_good:
            by_point[copy.point_id].append(copy)
    for same in by_point.values():
        for number, copy in enumerate(same if len(same) > 1 else ()):
            other = same[number - 1].snapshot_id
            yield (
                copy.snapshot_id,
                f"{other} is also a copy of the same point. Tag one of them snapkeep:duplicate=true, or "
                "delete it",
            )


def _pins(copies: Sequence[Copy], place: Place) -> dict[str, tuple[Protection, ...]]:
    """The copies that must stay so that the next copy of their volume is incremental: the newest, and the one
    made last if that is another.

    EC2 makes a full copy if the most recent one is gone.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html#ebs-incremental-copy
    """
    newest: dict[str, Copy] = {}
    made_last: dict[str, Copy] = {}
    for copy in copies:
        if not copy.is_good:
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
