"""Recovery points whose blocks are those of crashed volumes, and the service that reads files of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from sandbox.lab.volumes.archive import Entry
from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.domain import tags
from snapkeep.domain.files.limits import FileLimits
from snapkeep.domain.files.operations import FileOperation
from snapkeep.domain.files.requests import FileRequest, QuestionKind, ReadPoint
from snapkeep.domain.files.results import Answer
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.ports.filesystems import FileSystems
from snapkeep.services.files.open_point import OpenPoint
from snapkeep.services.files.read_files import ReadFiles, ReadReport
from snapkeep_filesystems.volume import Volume
from tests.fakes.blocks import FakeBlocks
from tests.fakes.clock import TestClock
from tests.fakes.file_samples import TAKEN, an_operation
from tests.fakes.snapshots import FakeSnapshots
from tests.fakes.stores.files import MemoryFileOperations, MemoryFiles
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile


@dataclass
class CountedBlocks(FakeBlocks):
    """Counts the lists of changed blocks, too."""

    compared: list[tuple[str, str]] = field(default_factory=list)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """The blocks that differ."""
        self.compared.append((before, snapshot_id))
        return super().changed(before, snapshot_id, first)


class Shelf:
    """Points of shop/db in myeks: `sk-1` the oldest, each with the volume that it was made with."""

    def __init__(self, *volumes: Volume, file_systems: FileSystems | None = None) -> None:
        self.clock = TestClock(TAKEN + timedelta(days=100))
        self.snapshots, self.blocks = FakeSnapshots(self.clock), CountedBlocks()
        self.operations, self.files = MemoryFileOperations(), MemoryFiles(self.clock)
        self.points = tuple(self._point(number, each) for number, each in enumerate(volumes, 1))
        self.file_systems: FileSystems = file_systems or ReadFileSystems()

    @property
    def reader(self) -> ReadFiles:
        """The service."""
        opener = OpenPoint(self.snapshots, self.blocks, self.file_systems)
        return ReadFiles(self.operations, self.files, opener, self.blocks, self.clock)

    def begin(
        self, kind: QuestionKind, path: str = "/", *, name: str = "", limits: FileLimits | None = None
    ) -> FileOperation:
        """An operation of the newest point, or of all of them."""
        newest_first = self.points[::-1]
        points = newest_first if kind.is_about_claim else newest_first[:1]
        request = FileRequest(
            *(kind, "myeks", "shop", "db", points, path, name, limits or FileLimits()),
        )
        operation = replace(an_operation(request), begun_at=self.clock())
        self.operations.begin_operation(operation, self.clock())
        return operation

    def read(self, operation: FileOperation) -> ReadReport:
        """Carry it out."""
        return self.reader.run(operation.id, operation.attempt)

    def ask(
        self, kind: QuestionKind, path: str = "/", *, name: str = "", limits: FileLimits | None = None
    ) -> Answer:
        """The answer to a question."""
        operation = self.begin(kind, path, name=name, limits=limits)
        report = self.read(operation)
        assert report.ended == "done", report
        answer = self.files.answer(operation.id)
        assert answer is not None
        return answer

    def refusal(
        self, kind: QuestionKind, path: str = "/", *, name: str = "", limits: FileLimits | None = None
    ) -> tuple[str, str, str]:
        """The problem (kind, reason, fix) of a question without an answer; it leaves nothing stored."""
        operation = self.begin(kind, path, name=name, limits=limits)
        assert self.read(operation).ended == "failed"
        found = self.operations.operation(operation.id)
        assert found is not None and found.problem is not None
        assert operation.id not in self.files.contents and self.files.answer(operation.id) is None
        return found.problem.kind, found.problem.reason, found.problem.fix

    def fetched(self, answered: Callable[[], Answer]) -> tuple[Answer, bytes]:
        """An answer, and what was stored for it."""
        before = set(self.files.contents)
        answer = answered()
        (new,) = set(self.files.contents) - before
        return answer, self.files.contents[new]

    def _point(self, number: int, volume: Volume) -> ReadPoint:
        taken: datetime = TAKEN + timedelta(days=number)
        point = ReadPoint(f"sk-{number}", f"snap-{number}", taken)
        self.blocks.snapshots[point.snapshot_id] = volume
        self.blocks.volumes[point.snapshot_id] = "vol-1"
        self.snapshots.put(snapshot_of_point(point, volume.size))
        return point


def snapshot_of_point(point: ReadPoint, size: int) -> Snapshot:
    """The snapshot of a point of shop/db."""
    named = {
        tags.MANAGED: "true",
        tags.CLUSTER: "myeks",
        tags.NAMESPACE: "shop",
        tags.CLAIM: "db",
        tags.CLAIM_UID: "uid-db",
        tags.POLICY: "nightly",
        tags.RUN: "run-1",
        tags.POINT: point.id,
        tags.SIZE: "4Gi",
        tags.STORAGE_CLASS: "gp3",
        tags.ACCESS_MODES: "ReadWriteOnce",
        tags.VOLUME_MODE: "Filesystem",
        tags.FS_TYPE: "ext4",
    }
    return Snapshot(point.snapshot_id, "vol-1", SnapshotState.COMPLETED, point.taken, size, named)


@dataclass(frozen=True)
class Crashed:
    """A volume that was cut off in the middle of its work, and what the kernel's recovery found on it."""

    volume: ImageFile
    entries: Mapping[str, Entry]

    def files(self) -> list[str]:
        """The paths of its files, the largest first."""
        sizes = {path: entry[1] for path, entry in self.entries.items() if entry[0] == "file"}
        return sorted(sizes, key=lambda path: (-int(sizes[path]), path))


@pytest.fixture(scope="session", params=["ext4", "xfs"])
def crashed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashed]:
    """A crashed volume of each kind."""
    image, found = unpack(request.param, tmp_path_factory.mktemp(request.param))
    volume = ImageFile(image)
    yield Crashed(volume, found)
    volume.close()
