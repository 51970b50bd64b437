"""Recovery points as lists and restores see them, from their tags, EC2 and the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.drivers import DRIVERS, EBS_CSI, restoring_driver
from snapkeep.domain.points import Point, PointState, Snapshot
from snapkeep.domain.retention.snapshot_tags import IN_BIN, STATES, archived_at, hold_of

DRIVER_TAGS = frozenset(key for driver in DRIVERS.values() for key in driver.tags(""))
"""The tag keys by which drivers recognize the snapshots they may restore from."""


@dataclass(frozen=True, slots=True)
class PointFacts:
    """One recovery point; `started_at` is the time of its data (aware UTC).

    Sizes are bytes: `size_bytes` is the volume's size according to EC2, `restore_size_bytes` the largest
    `restoreSize` of its VolumeSnapshot and content (0 = neither has one). `driver` is the driver of its
    claim's volume, `driver_tags` are the drivers' tags on its snapshot. `volume_snapshot` is the name of its
    ready VolumeSnapshot in its own namespace, "" without one; only `snapshot_driver` can use that.
    `object_name` is the name of its VolumeSnapshot, if it has one. `newer_archived` is the id of a newer
    point of the claim that is in the archive tier and cannot be used, and `newer_not_ready` says the same
    (id and state) of a newer copy that is not ready. A temporarily restored snapshot goes
    back to the archive at `back_to_archive_at` (aware UTC). `earlier_claim` are the ids of older points,
    newest first, of another claim with the same name; set when the point was requested by claim name.
    `kms_trouble` says why its key cannot be used, "" when it can or is unknown. A copy names the `place` it
    is in and, as account/Region, where it is `copied_from`; both are "" for a point in its own Region.
    `unreadable` says which copies of its cluster in the place cannot be read. `full_bytes` is the size of all
    its blocks, 0 when unknown. `archived_at` (aware UTC) is when its policy had it archived. `checked` is the
    verdict in its tag, "" without one, and `suspicious` what a check found that nobody has accepted.
    """

    id: str
    snapshot_id: str
    cluster: str
    namespace: str
    claim: str
    claim_uid: str
    policy: str
    slot: datetime | None
    started_at: datetime
    state: PointState
    size_bytes: int
    requested: str
    storage_class: str
    access_modes: tuple[str, ...]
    volume_mode: str
    fs_type: str
    partition: str = ""
    group: str = ""
    method: str = ""
    held: bool = False
    region: str = ""
    driver: str = EBS_CSI.name
    restore_size_bytes: int = 0
    archived: bool = False
    in_bin: bool = False
    driver_tags: Mapping[str, str] = field(default_factory=lambda: {EBS_CSI.mark: "true"})
    key: str = ""
    owner: str = ""
    kms_trouble: str = ""
    volume_snapshot: str = ""
    snapshot_driver: str = ""
    newer_archived: str = ""
    newer_not_ready: str = ""
    back_to_archive_at: datetime | None = None
    earlier_claim: tuple[str, ...] = ()
    object_name: str = ""
    place: str = ""
    copied_from: str = ""
    unreadable: str = ""
    full_bytes: int = 0
    archived_at: datetime | None = None
    checked: str = ""
    suspicious: str = ""

    @property
    def minimum_bytes(self) -> int:
        """The smallest size a claim may request: the larger of EC2's and the cluster's figures."""
        return max(self.size_bytes, self.restore_size_bytes)


def point_of(snapshot: Snapshot, region: str) -> PointFacts | None:
    """The recovery point described by a snapshot's tags; None when they do not name a claim and a policy."""
    claim = tags.claim_facts_of(snapshot.tags)
    point_id, policy = tags.point_id_of(snapshot.tags), snapshot.tags.get(tags.POLICY, "")
    if claim is None or not point_id or not policy:
        return None
    return PointFacts(
        id=point_id,
        snapshot_id=snapshot.id,
        cluster=claim.cluster,
        namespace=claim.namespace,
        claim=claim.name,
        claim_uid=claim.uid,
        policy=policy,
        slot=tags.slot_of(snapshot.tags),
        started_at=snapshot.started_at,
        state=STATES[snapshot.state],
        size_bytes=snapshot.size_bytes,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=claim.access_modes,
        volume_mode=claim.volume_mode,
        fs_type=claim.fs_type,
        partition=claim.partition,
        group=snapshot.tags.get(tags.GROUP, ""),
        method=snapshot.tags.get(tags.METHOD, ""),
        held=hold_of(snapshot),
        region=region,
        archived=snapshot.archived,
        back_to_archive_at=snapshot.back_to_archive_at,
        key=snapshot.key,
        owner=snapshot.owner,
        in_bin=snapshot.state in IN_BIN,
        driver=claim.driver,
        driver_tags={key: value for key, value in snapshot.tags.items() if key in DRIVER_TAGS},
        object_name=tags.volume_snapshot_of(snapshot.tags),
        full_bytes=snapshot.full_bytes,
        archived_at=archived_at(snapshot),
        checked=tags.verdict_of(snapshot.tags),
    )


def newest_of(ready: Iterable[PointFacts], at: datetime | None) -> PointFacts | None:
    """The newest of a claim's ready points, at or before `at` (aware UTC) when given; None without any.

    A snapshot starts after its slot, so a time that is a point's slot means that point. Archived points are
    passed over where another one is left.
    """
    listed = [point for point in ready if at is None or point.started_at <= at or point.slot == at]
    newest_first = sorted(listed, key=lambda point: (point.started_at, point.id), reverse=True)
    if not newest_first:
        return None
    chosen = next((point for point in newest_first if not point.archived), newest_first[0])
    older = newest_first[newest_first.index(chosen) + 1 :]
    return replace(
        chosen,
        newer_archived=newest_first[0].id if chosen is not newest_first[0] else "",
        earlier_claim=tuple(point.id for point in older if point.claim_uid != chosen.claim_uid),
    )


def point_in_bin(point: Point, region: str) -> PointFacts:
    """A point whose snapshot is in the Recycle Bin, as the journal remembers it."""
    claim = point.claim
    return PointFacts(
        id=point.id,
        snapshot_id=point.snapshot_id,
        cluster=claim.cluster,
        namespace=claim.namespace,
        claim=claim.name,
        claim_uid=claim.uid,
        policy=point.policy,
        slot=point.slot,
        started_at=point.started_at or point.accepted_at,
        state=PointState.DELETING,
        size_bytes=point.size_bytes,
        requested=claim.requested,
        storage_class=claim.storage_class,
        access_modes=claim.access_modes,
        volume_mode=claim.volume_mode,
        fs_type=claim.fs_type,
        partition=claim.partition,
        group=point.group,
        method=point.method.value,
        region=region,
        driver=claim.driver,
        driver_tags=restoring_driver(claim.driver).tags(claim.cluster),
        in_bin=True,
        object_name=point.volume_snapshot,
    )
