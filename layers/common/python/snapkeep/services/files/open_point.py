"""Opens the file system of a recovery point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from snapkeep.domain.errors import BrokenVolume, FilesRefused, Forbidden, NotFound, TooLarge, UnknownVolume
from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.problems import ProblemKind
from snapkeep.domain.files.requests import FileRequest, ReadPoint
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.domain.restore.points import point_of
from snapkeep.ports.blocks import Blocks
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.filesystems import FileSystem, FileSystems
from snapkeep.services.proof.snapshot_volume import Cost, SnapshotVolume

FOR_INDEX = 4096
"""Blocks that may be fetched besides those of the largest file: logs, folders and inodes, 2 GiB."""


@dataclass(slots=True)
class WatchedVolume:
    """A volume that remembers which blocks were read."""

    volume: SnapshotVolume
    touched: set[int] = field(default_factory=set)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.volume.size

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        found = self.volume.read(offset, length)
        if found:
            self.touched.update(range(offset // BLOCK, (offset + len(found) - 1) // BLOCK + 1))
        return found


@dataclass(frozen=True, slots=True)
class OpenedPoint:
    """A recovery point that can be read. `volume` remembers what was read since it was opened."""

    point: ReadPoint
    files: FileSystem
    volume: WatchedVolume

    @property
    def log(self) -> str:
        """What was done about changes that its log still held; "" for none."""
        facts = self.files.facts
        if facts.log_trouble:
            trouble = f"its log is dirty, and the newest changes are not visible: {facts.log_trouble}"
            return f"{self.point.id}: {trouble}"
        if facts.transactions:
            count = facts.transactions
            held = "transaction in its log is" if count == 1 else f"{count:,} transactions in its log are"
            return f"{self.point.id}: the {held} included"
        return ""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Reads points by their blocks; never writes anything."""

    snapshots: Snapshots
    blocks: Blocks
    file_systems: FileSystems

    @contextmanager
    def run(
        self, request: FileRequest, point: ReadPoint, cost: Cost, known: Snapshot | None = None
    ) -> Iterator[OpenedPoint]:
        """A point of a request, opened; `known` is its snapshot if somebody has looked already. Whatever its
        reader raises names the point, and its key when that matters.

        Raises NotFound when it is gone, and FilesRefused for one that cannot be read.
        """
        snapshot = known or self.snapshot(request, point)
        with _in_words(point, snapshot):
            most = _most_blocks(request.limits)
            inner = SnapshotVolume(self.blocks, snapshot.id, snapshot.size_bytes, most, cost)
            volume = WatchedVolume(inner)
            files = self.file_systems.open(volume)
            volume.touched.clear()
            yield OpenedPoint(point, files, volume)

    def snapshot(self, request: FileRequest, point: ReadPoint) -> Snapshot:
        """The snapshot of a point as EC2 has it now, if it still is what was asked for.

        Raises NotFound when it is gone, and FilesRefused for one that cannot be read.
        """
        snapshot = self.snapshots.get(point.snapshot_id)
        facts = point_of(snapshot, "") if snapshot else None
        if snapshot is None or facts is None:
            raise NotFound(f"{point.id} was deleted: its snapshot {point.snapshot_id} is gone")
        asked = (request.cluster, request.namespace, request.claim, point.id)
        if (facts.cluster, facts.namespace, facts.claim, facts.id) != asked:
            raise NotFound(f"snapshot {snapshot.id} is no longer {point.id}: somebody changed its tags")
        if snapshot.archived or snapshot.state is not SnapshotState.COMPLETED:
            why = "is in the archive tier" if snapshot.archived else f"is {snapshot.state}"
            raise FilesRefused(
                f"{point.id} cannot be read: its snapshot {why}",
                "ask for another point",
                ProblemKind.NOT_READY,
            )
        return snapshot


def _most_blocks(limits: FileLimits) -> int:
    return -(-limits.largest_file // BLOCK) + FOR_INDEX


@contextmanager
def _in_words(point: ReadPoint, snapshot: Snapshot) -> Iterator[None]:
    try:
        yield
    except Forbidden as error:
        key = f" with key {snapshot.key}" if snapshot.key else ""
        raise Forbidden(f"{point.id}{key} may not be read: {error.reason}") from error
    except (UnknownVolume, BrokenVolume, TooLarge) as error:
        raise type(error)(f"{point.id}: {error.reason}") from error
