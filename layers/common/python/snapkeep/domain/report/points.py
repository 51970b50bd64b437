"""Recovery points as the report shows them: why each stays, and which one goes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.backup.claim_volumes import ClaimVolumes, settle
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.proof.shown import ShownCheck
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.duplicates import SlotIndex
from snapkeep.domain.retention.lineages import Lineage, LineagePlan, PolicyRetention, plan_lineages
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable, archived_at, hold_of, read
from snapkeep.domain.times import moment

UPCOMING = "the next point"


class Outlook(StrEnum):
    """The fate of a recovery point."""

    STAYS = "stays"
    NEXT = "goes next"
    GOES = "goes"


@dataclass(frozen=True, slots=True)
class ReportedPoint:
    """One recovery point. Sizes are bytes, times aware UTC.

    `most_bytes` is the most it can store: all its blocks, although it shares most of them with its
    neighbours. A point with the fate `goes` is deleted by the next prune; one with `goes next` once the
    policy's next point is ready, which is due at `goes_at`. `archived_at` is when its policy had it archived,
    `back_until` when it goes there again; `tier` says so in words, or why it is not archived, "" for nothing.
    `checked` is the verdict in its tag, "" without one, and `check` how it stands; None if nobody asked.
    `file_system` is that of EFS whose backup it is, "" for a snapshot; its `snapshot_id` is an ARN of AWS
    Backup, and it is shared by other claims.
    """

    id: str
    snapshot_id: str
    namespace: str
    claim: str
    claim_uid: str
    policy: str
    slot: datetime
    state: PointState
    size_bytes: int
    most_bytes: int
    archived: bool
    held: bool
    fate: Outlook
    reasons: tuple[str, ...]
    goes_at: datetime | None = None
    trouble: str = ""
    checked: str = ""
    check: ShownCheck | None = None
    archived_at: datetime | None = None
    back_until: datetime | None = None
    tier: str = ""
    file_system: str = ""

    @property
    def is_snapshot(self) -> bool:
        """True for a snapshot of a volume, False for a backup of a file system."""
        return not self.file_system


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """What decides about points: the rules by policy, the time since which claims (by UID) have been gone,
    each policy's next slot, and the known volumes of claims (by UID) whose points come from several."""

    policies: Mapping[str, PolicyRetention]
    gone: Mapping[str, datetime]
    next_slots: Mapping[str, datetime]
    volumes: Mapping[str, str] = field(default_factory=dict)


Verdict = tuple[Outlook, tuple[str, ...], datetime | None]


def reported_points(
    snapshots: Iterable[Snapshot], cluster: str, retentions: RetentionFacts, now: datetime
) -> list[ReportedPoint]:
    """The points of a complete listing of a cluster's snapshots, by claim, newest first.

    Marked duplicates are omitted. Snapshots whose tags fit no lineage are kept, with the reason, as prune
    does.
    """
    points: list[ReportedPoint] = []
    lineages: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    slots, seen = SlotIndex(), ClaimVolumes()
    verdicts: dict[str, Verdict] = {}
    for snapshot in snapshots:
        if tags.DUPLICATE in snapshot.tags:
            continue
        found = read(snapshot, cluster)
        point = _point(snapshot, found)
        if point is None:
            continue
        points.append(point)
        if isinstance(found, Unreadable):
            verdicts[snapshot.id] = (Outlook.STAYS, (found.reason,), None)
            continue
        seen.add(found)
        if not found.candidate.counts(now) or slots.admits(found):
            lineages[found.claim, found.policy].append(found.candidate)
    duplicates = list(slots.settle(lineages))
    misplaced = list(settle(lineages, seen.disputed, retentions.volumes))
    for left in (*duplicates, *misplaced):
        verdicts[left.snapshot_id] = (Outlook.STAYS, (left.reason,), None)
    uncounted = {left.snapshot_id for left in misplaced}
    points = [
        replace(item, state=PointState.PENDING) if item.snapshot_id in uncounted else item for item in points
    ]
    verdicts.update(_verdicts(lineages, retentions, now))
    judged = [_judged(point, verdicts.get(point.snapshot_id)) for point in points]
    return sorted(judged, key=lambda item: (item.namespace, item.claim, -item.slot.timestamp(), item.id))


def _point(snapshot: Snapshot, found: ReadablePoint | Unreadable) -> ReportedPoint | None:
    facts = tags.claim_facts_of(snapshot.tags)
    slot = found.slot if isinstance(found, ReadablePoint) else tags.slot_of(snapshot.tags)
    if facts is None or slot is None:
        return None
    state = PointState.PENDING if isinstance(found, Unreadable) else found.candidate.state
    return ReportedPoint(
        id=tags.point_id_of(snapshot.tags),
        snapshot_id=snapshot.id,
        namespace=facts.namespace,
        claim=facts.name,
        claim_uid=facts.uid,
        policy=snapshot.tags.get(tags.POLICY, ""),
        slot=slot,
        state=state,
        size_bytes=snapshot.size_bytes,
        most_bytes=snapshot.full_bytes or snapshot.size_bytes,
        archived=snapshot.archived,
        held=hold_of(snapshot),
        fate=Outlook.STAYS,
        reasons=(),
        trouble=snapshot.state_message if state is PointState.FAILED else "",
        archived_at=archived_at(snapshot),
        back_until=snapshot.back_to_archive_at,
        checked=tags.verdict_of(snapshot.tags),
    )


def _judged(point: ReportedPoint, verdict: Verdict | None) -> ReportedPoint:
    if verdict is None:
        return point
    fate, reasons, goes_at = verdict
    return replace(point, fate=fate, reasons=reasons, goes_at=goes_at)


def _verdicts(
    lineages: Mapping[tuple[str, str], Sequence[Candidate]], retentions: RetentionFacts, now: datetime
) -> Iterator[tuple[str, Verdict]]:
    """The verdict on each snapshot (by id); the lineages of a claim are judged together."""
    by_claim: dict[str, list[Lineage]] = defaultdict(list)
    for claim, policy in sorted(lineages):
        found = Lineage(claim, policy, lineages[claim, policy], retentions.gone.get(claim))
        by_claim[claim].append(found)
    for of_claim in by_claim.values():
        for planned in plan_lineages(of_claim, retentions.policies, now):
            following = _following(of_claim, planned, retentions)
            for kept in planned.plan.keep:
                soon = following.get(kept.point.id)
                yield kept.point.id, soon or (Outlook.STAYS, kept.reasons, None)
            for gone in planned.plan.delete:
                yield gone.point.id, (Outlook.GOES, (gone.reason,), None)


def _following(
    of_claim: Sequence[Lineage], planned: LineagePlan, retentions: RetentionFacts
) -> dict[str, Verdict]:
    """The points deleted once the policy's next point is ready; none when the claim is gone."""
    slot = retentions.next_slots.get(planned.policy)
    if slot is None or planned.gone_since is not None:
        return {}
    going = {gone.point.id for gone in planned.plan.delete}
    reasons = {kept.point.id: kept.reasons for kept in planned.plan.keep}
    upcoming = Candidate(UPCOMING, slot, PointState.READY)
    then = [
        Lineage(
            item.claim,
            item.policy,
            [*item.points, upcoming] if item.policy == planned.policy else item.points,
        )
        for item in of_claim
    ]
    return {
        gone.point.id: (Outlook.NEXT, (*reasons[gone.point.id], f"until {moment(slot)}: {gone.reason}"), slot)
        for after in plan_lineages(then, retentions.policies, slot)
        if after.policy == planned.policy
        for gone in after.plan.delete
        if gone.point.id not in going
    }
