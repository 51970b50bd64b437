"""In-memory EBS: volumes, snapshots, and a Describe that lags as EC2's does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.tags import is_from_elsewhere
from snapkeep.domain.errors import GroupRefused, NotFound, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.candidates import Protection, locked
from snapkeep.domain.retention.deletion.locks import Lock
from snapkeep.domain.tags import DEPLOYMENT, HOLD, MANAGED
from snapkeep.ports.clock import Clock
from tests.fakes.clock import TestClock
from tests.fakes.faults import Faults

GIB = 2**30

VOLUME_OF = "vol-made-from-"
"""Prefix of a restored volume's id; the snapshot's id follows."""


@dataclass(frozen=True)
class FakeVolume:
    """A volume; `instance` is empty while it is not attached."""

    id: str
    size_bytes: int
    instance: str = ""
    boot: bool = False


class FakeSnapshots(Faults):
    """Snapshots stay pending until `complete` or `break_snapshot`; reads see them `lag` after the call.

    `pause` is the least time between two snapshots of a volume, `most_pending` how many of them may
    be pending: EC2 requires 15 seconds and allows at most 5.
    """

    def __init__(self, clock: Clock | None = None, lag: timedelta = timedelta()) -> None:
        super().__init__()
        self.clock: Clock = clock or TestClock()
        self.lag = lag
        self.volumes: dict[str, FakeVolume] = {}
        self.tag_requests: list[dict[str, str]] = []
        self.all: dict[str, Snapshot] = {}
        self.calls: Counter[str] = Counter()
        self.locks: dict[str, tuple[Protection, ...]] = {}
        self.unlockable: set[str] = set()
        self.recycle_bin = False
        self.bin: set[str] = set()
        self.pause = timedelta()
        self.most_pending = 1000
        self._seen_from: dict[str, datetime] = {}

    def add_volume(self, volume_id: str, gib: int = 4, instance: str = "", boot: bool = False) -> None:
        """Add a volume to EC2."""
        self.volumes[volume_id] = FakeVolume(volume_id, gib * GIB, instance, boot)

    def put(self, snapshot: Snapshot) -> None:
        """Add a snapshot that has existed for a long time."""
        self.all[snapshot.id] = snapshot
        self._seen_from[snapshot.id] = snapshot.started_at

    def hide(self, snapshot_id: str, duration: timedelta) -> None:
        """Hide a snapshot from reads for a while."""
        self._seen_from[snapshot_id] = self.clock() + duration

    def complete(self, *snapshot_ids: str) -> None:
        """Complete these snapshots (all pending ones if none is named)."""
        for snapshot_id in snapshot_ids or [s.id for s in self.all.values() if s.state == "pending"]:
            self.all[snapshot_id] = replace(self.all[snapshot_id], state=SnapshotState.COMPLETED)

    def break_snapshot(self, snapshot_id: str, message: str = "KMS key is disabled") -> None:
        """End a snapshot in `error`."""
        snapshot = self.all[snapshot_id]
        self.all[snapshot_id] = replace(snapshot, state=SnapshotState.ERROR, state_message=message)

    def archive(self, snapshot_id: str) -> None:
        """Move a snapshot to the archive tier."""
        self._set_tier(snapshot_id, archived=True, until=None)

    def restore_tier(self, snapshot_id: str, until: datetime | None = None) -> None:
        """Bring a snapshot back from the archive tier, permanently or until the given time."""
        self._set_tier(snapshot_id, archived=False, until=until)

    def take_out_of_bin(self, snapshot_id: str) -> None:
        """Bring a snapshot back from the Recycle Bin."""
        self.all[snapshot_id] = replace(self.all[snapshot_id], state=SnapshotState.COMPLETED)

    def _set_tier(self, snapshot_id: str, archived: bool, until: datetime | None) -> None:
        snapshot = self.all[snapshot_id]
        self.all[snapshot_id] = replace(snapshot, archived=archived, back_to_archive_at=until)

    def of(self, deployment: str, home: Home | None = None) -> FakeSnapshots:
        """The same EC2, as that deployment lists and tags its snapshots; copies only of its `home`."""
        return OwnFakeSnapshots(self, deployment, home)

    def create(self, volume_id: str, tags: Mapping[str, str], description: str) -> Snapshot:
        self._before("create")
        self.calls["create"] += 1
        if volume_id not in self.volumes:
            raise PermanentError(f"volume {volume_id} does not exist in EC2")
        self._admit(volume_id)
        snapshot = self._cut(self.volumes[volume_id], tags)
        self._after("create")
        return snapshot

    def create_group(
        self, instance_id: str, exclude: Sequence[str], tags: Mapping[str, str], description: str
    ) -> tuple[Snapshot, ...]:
        self._before("create_group")
        self.calls["create_group"] += 1
        taken = [volume_id for volume_id in self._data_volumes(instance_id) if volume_id not in exclude]
        if not taken:
            raise GroupRefused(f"instance {instance_id} has no data volume left to take")
        for volume_id in taken:
            self._admit(volume_id)
        snapshots = tuple(self._cut(self.volumes[volume_id], tags) for volume_id in taken)
        self._after("create_group")
        return snapshots

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        self._before("find")
        self.calls["find"] += 1
        self.calls[f"find by {', '.join(sorted(tags))}"] += 1
        for snapshot in list(self.all.values()):
            if volume_ids and snapshot.volume_id not in volume_ids:
                continue
            if state and snapshot.state is not state:
                continue
            if self._visible(snapshot.id) and tags.items() <= snapshot.tags.items():
                yield snapshot

    def held(self, managed: str) -> Iterator[Snapshot]:
        return (each for each in self.find({MANAGED: managed}) if HOLD in each.tags)

    def get(self, snapshot_id: str) -> Snapshot | None:
        self._before("get")
        self.calls["get"] += 1
        return self.all.get(snapshot_id) if self._visible(snapshot_id) else None

    def get_many(self, snapshot_ids: Sequence[str]) -> Mapping[str, Snapshot]:
        self._before("get_many")
        return {name: self.all[name] for name in snapshot_ids if self._visible(name)}

    def add_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        self._before("add_tags")
        self.calls["add_tags"] += 1
        if snapshot_id not in self.all:
            raise TemporaryError(f"EC2 knows no snapshot {snapshot_id} (yet)")
        snapshot = self.all[snapshot_id]
        self.all[snapshot_id] = replace(snapshot, tags=snapshot.tags | dict(tags))
        self.tag_requests.append(dict(tags))
        self._after("add_tags")

    def remove_tags(self, snapshot_id: str, tags: Mapping[str, str]) -> None:
        self._before("remove_tags")
        self.calls["remove_tags"] += 1
        if snapshot_id not in self.all:
            raise NotFound(f"EC2 knows no snapshot {snapshot_id}")
        snapshot = self.all[snapshot_id]
        left = {key: value for key, value in snapshot.tags.items() if tags.get(key) != value}
        self.all[snapshot_id] = replace(snapshot, tags=left)
        self._after("remove_tags")

    def delete(self, snapshot_id: str) -> None:
        self._before("delete")
        self.calls["delete"] += 1
        if snapshot_id in self.locks:
            raise PermanentError(f"delete {snapshot_id}: {self.locks[snapshot_id][0].reason}")
        if self.recycle_bin and snapshot_id in self.all:
            self.all[snapshot_id] = replace(self.all[snapshot_id], state=SnapshotState.RECOVERABLE)
        else:
            self.all.pop(snapshot_id, None)
        self._after("delete")

    def lock(self, snapshot_id: str, lock: Lock) -> None:
        self._before("lock")
        self.calls["lock"] += 1
        if snapshot_id not in self.all:
            raise TemporaryError(f"EC2 knows no snapshot {snapshot_id} (yet)")
        if snapshot_id in self.unlockable:
            raise PermanentError(f"lock {snapshot_id}: UnauthorizedOperation")
        if snapshot_id not in self.locks:
            until = self.clock() + timedelta(days=lock.days)
            self.locks[snapshot_id] = (locked(lock.mode.value, until),)
        self._after("lock")

    def in_bin(self, snapshot_id: str) -> bool:
        self._before("in_bin")
        return snapshot_id in self.bin

    def protections(self, snapshot_ids: Sequence[str]) -> Mapping[str, tuple[Protection, ...]]:
        self._before("protections")
        return {name: self.locks[name] for name in snapshot_ids if name in self.locks}

    def attachments(self, volume_ids: Sequence[str]) -> Mapping[str, str]:
        self._before("attachments")
        return {name: self.volumes[name].instance for name in volume_ids if name in self.volumes}

    def made_from(self, volume_id: str) -> str | None:
        self._before("made_from")
        if volume_id.startswith(VOLUME_OF):
            return volume_id.removeprefix(VOLUME_OF)
        return "" if volume_id in self.volumes else None

    def data_volumes(self, instance_id: str) -> tuple[str, ...]:
        self._before("data_volumes")
        return tuple(self._data_volumes(instance_id))

    def _data_volumes(self, instance_id: str) -> list[str]:
        return [v.id for v in self.volumes.values() if v.instance == instance_id and not v.boot]

    def _admit(self, volume_id: str) -> None:
        """Refuse as EC2 does: nothing is cut, and a later call may succeed."""
        known = [snapshot for snapshot in self.all.values() if snapshot.volume_id == volume_id]
        if any(self.clock() - snapshot.started_at < self.pause for snapshot in known):
            raise Throttled(f"{volume_id}: SnapshotCreationPerVolumeRateExceeded", timedelta(seconds=15))
        if sum(snapshot.state is SnapshotState.PENDING for snapshot in known) >= self.most_pending:
            raise Throttled(f"{volume_id}: ConcurrentSnapshotLimitExceeded", timedelta(seconds=60))

    def _cut(self, volume: FakeVolume, tags: Mapping[str, str]) -> Snapshot:
        now = self.clock()
        number = len(self._seen_from) + 1
        snapshot = Snapshot(
            id=f"snap-{number:017x}",
            volume_id=volume.id,
            state=SnapshotState.PENDING,
            started_at=now,
            size_bytes=volume.size_bytes,
            tags=dict(tags),
        )
        self.all[snapshot.id] = snapshot
        self._seen_from[snapshot.id] = now + self.lag
        return snapshot

    def _visible(self, snapshot_id: str) -> bool:
        return snapshot_id in self.all and self._seen_from[snapshot_id] <= self.clock()


class OwnFakeSnapshots(FakeSnapshots):
    """One deployment's view of an EC2: everything but the name is shared with it."""

    __slots__ = ("deployment", "home")

    def __init__(self, account: FakeSnapshots, deployment: str, home: Home | None) -> None:
        self.__dict__ = account.__dict__
        self.deployment, self.home = deployment, home

    def find(
        self,
        tags: Mapping[str, str],
        volume_ids: Sequence[str] = (),
        state: SnapshotState | None = None,
    ) -> Iterator[Snapshot]:
        for snapshot in super().find(tags, volume_ids, state):
            elsewhere = self.home is not None and is_from_elsewhere(snapshot, self.home)
            if snapshot.tags.get(DEPLOYMENT, self.deployment) == self.deployment and not elsewhere:
                yield snapshot

    def _cut(self, volume: FakeVolume, tags: Mapping[str, str]) -> Snapshot:
        return super()._cut(volume, {**tags, DEPLOYMENT: self.deployment})
