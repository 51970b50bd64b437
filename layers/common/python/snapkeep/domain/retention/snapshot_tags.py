"""EBS snapshots as retention sees them: read from their tags, which are verified first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sys import intern

from snapkeep.domain import tags
from snapkeep.domain.naming import point_id
from snapkeep.domain.points import ClaimFacts, PointState, Snapshot, SnapshotState
from snapkeep.domain.retention.candidates import (
    Candidate,
    Protection,
    archived,
    held,
    in_recycle_bin,
    restored_for_now,
)

STATES = {
    SnapshotState.PENDING: PointState.PENDING,
    SnapshotState.COMPLETED: PointState.READY,
    SnapshotState.ERROR: PointState.FAILED,
    SnapshotState.RECOVERABLE: PointState.DELETING,
    SnapshotState.RECOVERING: PointState.DELETING,
}
"""What EC2's states mean for retention: a snapshot in the Recycle Bin, or on its way back, protects
nothing."""

IN_BIN = (SnapshotState.RECOVERABLE, SnapshotState.RECOVERING)


@dataclass(frozen=True, slots=True)
class ReadablePoint:
    """A candidate, its lineage (`claim` and `policy`) and its slot (aware UTC).

    `claim` is a UID, `name` is what people call it: `namespace/name`.
    """

    claim: str
    policy: str
    candidate: Candidate
    slot: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A snapshot without a lineage: it is kept, reported and never counted."""

    snapshot_id: str
    reason: str


def read(snapshot: Snapshot, cluster: str) -> ReadablePoint | Unreadable:
    """The snapshot as a candidate of the cluster, or why it cannot be one.

    A point's id hashes its deployment, cluster, claim UID, policy and slot, so edited tags do not match it.
    Ids from before deployments had names hash no deployment, even after adoption.
    """
    facts = tags.claim_facts_of(snapshot.tags)
    policy, slot = snapshot.tags.get(tags.POLICY, ""), tags.slot_of(snapshot.tags)
    if facts is None or not policy or slot is None:
        return Unreadable(snapshot.id, _incomplete(snapshot))
    if facts.cluster != cluster:
        return Unreadable(snapshot.id, f"its tags name the cluster {facts.cluster}, not {cluster}")
    identity = (facts.name, cluster, facts.uid, policy, slot)
    named, whose = snapshot.tags.get(tags.POINT), snapshot.tags.get(tags.DEPLOYMENT, "")
    if not any(named == point_id(*identity, name) for name in (whose, "")):
        return Unreadable(snapshot.id, "its tags contradict each other: somebody edited them")
    return ReadablePoint(
        facts.uid, policy, _candidate(snapshot, facts), slot, f"{facts.namespace}/{facts.name}"
    )


def hold_of(snapshot: Snapshot) -> bool:
    """True when the hold tag, which is authoritative, forbids deletion.

    Any value counts, because somebody may set `snapkeep:hold` to `yes` by hand.
    """
    return tags.HOLD in snapshot.tags


def archived_at(snapshot: Snapshot) -> datetime | None:
    """Since when a snapshot is in the archive tier because its policy had it archived; None for one in the
    standard tier, and for one that somebody archived by hand.

    One that is back for a time only is still there.
    """
    is_there = snapshot.archived or snapshot.back_to_archive_at is not None
    return tags.archived_at_of(snapshot.tags) if is_there else None


def is_away(snapshot: Snapshot) -> bool:
    """True for a snapshot in the archive tier or the Recycle Bin, or only temporarily restored from the
    archive."""
    return snapshot.archived or snapshot.back_to_archive_at is not None or snapshot.state in IN_BIN


def _candidate(snapshot: Snapshot, facts: ClaimFacts) -> Candidate:
    state = STATES[snapshot.state]
    if state is PointState.READY and not _is_restorable(facts):
        state = PointState.PENDING
    volume = intern(snapshot.volume_id)  # the points of a claim share one string
    return Candidate(
        snapshot.id,
        snapshot.started_at,
        state,
        _protections(snapshot),
        volume=volume,
        archived_at=archived_at(snapshot),
    )


def _is_restorable(facts: ClaimFacts) -> bool:
    """True if the tags hold everything that a restore needs; reconcile may not have completed them yet."""
    return bool(facts.requested and facts.access_modes and facts.volume_mode)


def _protections(snapshot: Snapshot) -> tuple[Protection, ...]:
    found = []
    if hold_of(snapshot):
        found.append(held("the tag snapkeep:hold"))
    by_policy = archived_at(snapshot) is not None
    if snapshot.archived and not by_policy:
        found.append(archived(None))
    if snapshot.back_to_archive_at:
        found.append(restored_for_now(snapshot.back_to_archive_at, by_policy=by_policy))
    if snapshot.state in IN_BIN:
        found.append(in_recycle_bin(None))
    return tuple(found)


def _incomplete(snapshot: Snapshot) -> str:
    needed = (tags.NAMESPACE, tags.CLAIM, tags.CLAIM_UID, tags.POLICY)
    missing = [key for key in needed if not snapshot.tags.get(key)]
    if tags.slot_of(snapshot.tags) is None:
        missing.append(f"{tags.SLOT} (as 20261123T020000Z)")
    return f"these tags are missing or malformed: {', '.join(missing)}"
