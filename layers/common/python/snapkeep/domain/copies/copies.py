"""Copies and their sources as EC2 shows them, read from their tags, which are verified first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.description import are_edited
from snapkeep.domain.points import ClaimFacts, PointState, Snapshot, SnapshotState
from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.retention.snapshot_tags import Unreadable, read
from snapkeep.domain.times import moment, read_compact


class CopyState(StrEnum):
    """The state of a copy. One that is `deleting` is in the Recycle Bin, or being taken out of it."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"


STATES = {
    SnapshotState.PENDING: CopyState.PENDING,
    SnapshotState.COMPLETED: CopyState.READY,
    SnapshotState.ERROR: CopyState.FAILED,
    SnapshotState.RECOVERABLE: CopyState.DELETING,
    SnapshotState.RECOVERING: CopyState.DELETING,
}

NEEDED = (
    *(copy_tags.COPY_OF, copy_tags.SOURCE_VOLUME, copy_tags.PLACE, tags.POINT),
    *(tags.SIZE, tags.ACCESS_MODES, tags.VOLUME_MODE),
)
"""What identifies a copy, and what a restore must know; further tags are checked against the point's id."""

TAKEN_OVER = tuple(key for key in NEEDED if key in copy_tags.FROM_POINT)
"""What of that comes from the source: a copy without it would count nowhere, and nothing would delete it."""

CLOCKS_DIFFER = timedelta(hours=1)
"""How far the clocks of two Regions may differ. A copy starts after its source; one that seems newer than all
others would be kept instead of them, and would prevent the next copies. Nor is a source older than its slot,
which the point's id hashes: one that seems so would be deleted too early."""


@dataclass(frozen=True, slots=True)
class Source:
    """A ready point that can be copied.

    `taken` (aware UTC) is when its snapshot was started: the age of its data. `key` is the ARN of the KMS key
    that encrypts it, "" without one.
    """

    point_id: str
    claim: ClaimFacts
    policy: str
    slot: datetime
    taken: datetime
    snapshot_id: str
    volume_id: str
    size_bytes: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a point in a place.

    `taken`, `source_snapshot` and `source_volume` are those of its source; its own start and volume id mean
    nothing. `started_at` (aware UTC) is when the copying began. `duplicate` marks a second copy of one point,
    and `cancelled` one that somebody cancelled: neither counts. `progress` is EC2's, such as "42%", `message`
    what it says about a failed one. `run` is the run of its point. `protections` forbid deleting it.
    `checked` is the verdict of its check, "" without one.
    """

    snapshot_id: str
    point_id: str
    place: str
    claim: ClaimFacts
    policy: str
    slot: datetime
    taken: datetime
    source_snapshot: str
    source_volume: str
    state: CopyState
    started_at: datetime
    deployment: str = ""
    size_bytes: int = 0
    key: str = ""
    duplicate: bool = False
    cancelled: bool = False
    progress: str = ""
    message: str = ""
    run: str = ""
    protections: tuple[Protection, ...] = ()
    checked: str = ""

    @property
    def source(self) -> Source:
        """The point that was copied, as far as the copy's tags tell."""
        return Source(
            point_id=self.point_id,
            claim=self.claim,
            policy=self.policy,
            slot=self.slot,
            taken=self.taken,
            snapshot_id=self.source_snapshot,
            volume_id=self.source_volume,
            size_bytes=self.size_bytes,
        )

    @property
    def is_good(self) -> bool:
        """True if it counts and can be restored from."""
        return self.is_there and self.state is CopyState.READY

    @property
    def is_there(self) -> bool:
        """True if it represents its point in the place, or will once it is ready."""
        counts = not (self.duplicate or self.cancelled)
        return counts and self.state in (CopyState.PENDING, CopyState.READY)


def read_source(snapshot: Snapshot) -> Source | None:
    """The point of a snapshot in the home Region, as a source for copies; None unless it is a ready point
    whose tags are enough for its copy to be read.

    EC2 copies neither pending nor archived snapshots.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
    """
    facts = tags.claim_facts_of(snapshot.tags)
    if facts is None or tags.DUPLICATE in snapshot.tags or not tags.are_ours(snapshot.tags):
        return None
    if not all(snapshot.tags.get(key) for key in TAKEN_OVER):
        return None
    found = read(snapshot, facts.cluster)
    if isinstance(found, Unreadable) or found.candidate.state is not PointState.READY or snapshot.archived:
        return None
    return Source(
        point_id=snapshot.tags[tags.POINT],
        claim=facts,
        policy=found.policy,
        slot=found.slot,
        taken=snapshot.started_at,
        snapshot_id=snapshot.id,
        volume_id=snapshot.volume_id,
        size_bytes=snapshot.size_bytes,
        key=snapshot.key,
    )


def read_copy(snapshot: Snapshot) -> Copy | Unreadable:
    """The copy that a snapshot's tags describe, or why they describe none; such a snapshot counts nowhere.

    The point's id is a hash of its deployment, cluster, claim, policy and slot, so edited tags do not match
    it; nor does the description of the snapshot, if somebody edits the id to match.
    """
    present = snapshot.tags
    missing = [key for key in NEEDED if not present.get(key)]
    try:
        taken = read_compact(present.get(copy_tags.TAKEN, ""))
    except ValueError:
        missing.append(f"{copy_tags.TAKEN} (as 20261123T020000Z)")
    if missing:
        return Unreadable(snapshot.id, f"these tags are missing or malformed: {', '.join(missing)}")
    facts = tags.claim_facts_of(present)
    found = read(snapshot, facts.cluster if facts else "")
    if facts is None or isinstance(found, Unreadable):
        return found if isinstance(found, Unreadable) else Unreadable(snapshot.id, "its tags name no claim")
    edited = _edited(snapshot, taken, found.slot)
    if edited:
        return Unreadable(snapshot.id, edited)
    return Copy(
        snapshot_id=snapshot.id,
        point_id=present[tags.POINT],
        place=present[copy_tags.PLACE],
        claim=facts,
        policy=found.policy,
        slot=found.slot,
        taken=taken,
        source_snapshot=present[copy_tags.COPY_OF],
        source_volume=present[copy_tags.SOURCE_VOLUME],
        state=STATES[snapshot.state],
        started_at=snapshot.started_at,
        deployment=present.get(tags.DEPLOYMENT, ""),
        size_bytes=snapshot.size_bytes,
        key=snapshot.key,
        duplicate=tags.DUPLICATE in present,
        cancelled=copy_tags.CANCELLED in present,
        progress=snapshot.progress,
        message=snapshot.state_message,
        run=present.get(tags.RUN, ""),
        protections=found.candidate.protections,
        checked=tags.verdict_of(present),
    )


def _edited(snapshot: Snapshot, taken: datetime, slot: datetime) -> str:
    """Which tag of a copy somebody edited, as its times and its description show; "" for none."""
    says = f"{copy_tags.TAKEN} says {moment(taken)}, but"
    if taken - snapshot.started_at > CLOCKS_DIFFER:
        return f"{says} the copy was started {moment(snapshot.started_at)}: somebody edited the tag"
    if slot - taken > CLOCKS_DIFFER:
        return f"{says} the point's slot is {moment(slot)}: somebody edited the tag"
    if are_edited(snapshot):
        return (
            f"its tags do not fit its description in EC2, {snapshot.description!r}, which nobody can change: "
            "somebody edited the tags. Write them back"
        )
    return ""
