"""Recovery points: what the journal holds about each, from planned to ready or failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from snapkeep.domain.backup.object_names import object_name
from snapkeep.domain.claims import Claim
from snapkeep.domain.drivers import EBS_CSI, restoring_driver
from snapkeep.domain.policies import Method
from snapkeep.domain.sizes import GIB

GIVE_UP_AFTER = timedelta(hours=6)
"""How long creation is retried after temporary errors before the point fails."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far the clocks of EC2 and a function may differ."""


class PointState(StrEnum):
    """The state of a recovery point.

        `planned` and `creating` exist in the journal only: no snapshot is known yet. Users see
    both as `pending`.
    """

    PLANNED = "planned"
    CREATING = "creating"
    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"

    @property
    def is_final(self) -> bool:
        """True when the point no longer changes by itself."""
        return self in (PointState.READY, PointState.FAILED)

    @property
    def public(self) -> PointState:
        """The state as users see it."""
        return PointState.PENDING if self in (PointState.PLANNED, PointState.CREATING) else self


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What a recovery point remembers about its claim: enough to restore it if the cluster is gone.

    `driver` is the CSI driver that can recreate its volume (see `drivers.restoring_driver`).
    """

    cluster: str
    namespace: str
    name: str
    uid: str
    requested: str
    storage_class: str
    access_modes: tuple[str, ...]
    volume_mode: str
    fs_type: str
    driver: str = EBS_CSI.name
    partition: str = ""


def facts_of(claim: Claim) -> ClaimFacts:
    """What a point remembers about the claim. Raises ValueError for a claim without a volume."""
    if claim.volume is None:
        raise ValueError(f"claim {claim} has no volume")
    return ClaimFacts(
        cluster=claim.cluster,
        namespace=claim.namespace,
        name=claim.name,
        uid=claim.uid,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=claim.access_modes,
        volume_mode=claim.volume_mode,
        fs_type=claim.volume.fs_type,
        driver=restoring_driver(claim.volume.driver).name,
        partition=claim.volume.partition,
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One recovery point as the journal knows it.

    `lead` is the id of the point whose record carries the lease and the intent for the whole group (its own
    id when it is alone). `method_reason` says why the method differs from the policy's; `fell_back` says that
    it changed after a VolumeSnapshot was created. `ended_at` is when an EC2 event reported the snapshot's end
    before DescribeSnapshots showed it. Times are aware UTC; `size_bytes` is the size of the volume. `sharers`
    are other claims on the volume. `behind` is the id of the group member that CreateSnapshots snapshots on
    the same volume: this point is taken alone, after that one. `driver_mark` is the tag value that identifies
    a snapshot the driver takes without our tags (`drivers.NAMED_SNAPSHOT`). `withdrawn` says that its
    VolumeSnapshot was deleted before any snapshot was taken: a later snapshot under that name does not belong
    to the point. `nonce` is random and journaled before the VolumeSnapshot is created; "" where none is
    needed and in records of versions without nonces. `deployment` is the name of the deployment that takes
    it; "" in records of versions without that name.
    """

    id: str
    run: str
    policy: str
    slot: datetime
    claim: ClaimFacts
    volume_id: str
    method: Method
    accepted_at: datetime
    lead: str
    group: str = ""
    method_reason: str = ""
    state: PointState = PointState.PLANNED
    snapshot_id: str = ""
    size_bytes: int = 0
    started_at: datetime | None = None
    reason: str = ""
    intent_at: datetime | None = None
    empty_reads: int = 0
    last_read_at: datetime | None = None
    ended_at: datetime | None = None
    fell_back: bool = False
    sharers: tuple[str, ...] = ()
    behind: str = ""
    driver_mark: str = ""
    withdrawn: bool = False
    nonce: str = ""
    deployment: str = ""

    @property
    def volume_snapshot(self) -> str:
        """The name of its VolumeSnapshot, which nobody could guess in advance."""
        return object_name(self.id, self.nonce)

    @property
    def may_have_object(self) -> bool:
        """True when a VolumeSnapshot may have been created for it: the intent was journaled."""
        intended = self.method is Method.CSI and self.state is not PointState.PLANNED
        return bool(self.nonce) or self.fell_back or intended

    @property
    def needs_snapshot(self) -> bool:
        """True while it has no snapshot and may still get one."""
        return self.state in (PointState.PLANNED, PointState.CREATING)

    @property
    def gave_up_csi(self) -> bool:
        """True when the point no longer wants a snapshot from its VolumeSnapshot, which may still exist."""
        failed = self.method is Method.CSI and self.state is PointState.FAILED
        return not self.snapshot_id and (self.fell_back or failed)

    @property
    def give_up_at(self) -> datetime:
        """When Snapkeep stops trying to create the point, in UTC."""
        return self.accepted_at + GIVE_UP_AFTER

    def is_late(self, now: datetime) -> bool:
        """True when its snapshot has been pending for longer than `volume_timeout`."""
        began = self.started_at or self.accepted_at
        is_pending = bool(self.snapshot_id) and not self.state.is_final
        return is_pending and now - began > volume_timeout(self.size_bytes)


class SnapshotState(StrEnum):
    """EC2's states of a snapshot (`SnapshotState` in the EC2 API reference)."""

    PENDING = "pending"
    COMPLETED = "completed"
    ERROR = "error"
    RECOVERABLE = "recoverable"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An EBS snapshot as EC2 describes it. `size_bytes` is the volume's size, not what is stored.

    An archived snapshot must be restored from the archive tier before use; one that was restored temporarily
    goes back at `back_to_archive_at` (aware UTC). `key` is the ARN of the KMS key that encrypts it, ""
    without one; `owner` is its account. `full_bytes` is the size of all its blocks, shared ones included; 0
    when EC2 does not say. `progress` is how far a pending one is, such as "42%". `description` was set when
    it was made, and nobody can change it.
    """

    id: str
    volume_id: str
    state: SnapshotState
    started_at: datetime
    size_bytes: int
    tags: dict[str, str]
    state_message: str = ""
    archived: bool = False
    key: str = ""
    owner: str = ""
    full_bytes: int = 0
    back_to_archive_at: datetime | None = None
    progress: str = ""
    description: str = ""


def snapshot_of(item: Mapping[str, Any]) -> Snapshot:
    """The snapshot in an answer of CreateSnapshot, CreateSnapshots or DescribeSnapshots.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
    """
    return Snapshot(
        id=item["SnapshotId"],
        volume_id=item["VolumeId"],
        state=SnapshotState(item["State"]),
        started_at=item["StartTime"],
        size_bytes=item["VolumeSize"] * GIB,
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags", [])},
        state_message=item.get("StateMessage", ""),
        archived=item.get("StorageTier") == "archive" and "RestoreExpiryTime" not in item,
        key=item.get("KmsKeyId", "") if item.get("Encrypted") else "",
        owner=item.get("OwnerId", ""),
        full_bytes=item.get("FullSnapshotSizeInBytes", 0),
        back_to_archive_at=item.get("RestoreExpiryTime"),
        progress=item.get("Progress", ""),
        description=item.get("Description", ""),
    )


def is_too_early(started_at: datetime, point: Point) -> bool:
    """True for a snapshot that started before the point's run was accepted: it shows older data.

    A run is accepted after its slot. Both times come from AWS: EC2, and the function that planned the run.
    The API server's clock is not involved.
    """
    return started_at.replace(microsecond=0) < point.accepted_at - CLOCK_TOLERANCE


def group_skews(points: Iterable[Point]) -> dict[str, float]:
    """Seconds between the first and the last snapshot of each group; 0 means crash-consistent."""
    starts: dict[str, list[datetime]] = {}
    for point in points:
        if point.group and point.started_at:
            starts.setdefault(point.group, []).append(point.started_at)
    return {group: (max(times) - min(times)).total_seconds() for group, times in starts.items()}


def volume_timeout(size_bytes: int) -> timedelta:
    """How long a snapshot of that size may stay pending before it counts as late.

    One hour plus 30 s per GiB; the first full snapshots of busy gp3 volumes took about 24 s per GiB.
    """
    return timedelta(hours=1, seconds=30 * (size_bytes / 2**30))
