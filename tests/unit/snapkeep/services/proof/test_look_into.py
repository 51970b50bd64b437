"""What a look into a point sees, on volumes that were cut off in the middle of their work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from snapkeep.adapters.filesystems import ReadFileSystems
from snapkeep.domain.errors import Forbidden, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.proof.blocks import BLOCK, Page
from snapkeep.domain.proof.looks import Broken, Look, Unseen
from snapkeep.domain.proof.samples import LARGEST_COUNTED, RANGE, sampled
from snapkeep.domain.sizes import GIB
from snapkeep.services.proof.look_into import MOST_OF_NAMES, LookInto
from snapkeep.services.proof.snapshot_volume import Cost
from snapkeep_filesystems.volume import Image
from tests.fakes.blocks import FakeBlocks
from tests.fakes.file_systems import ForgedFileSystem, a_file
from tests.filesystems.changed import Changed
from tests.filesystems.images import unpack
from tests.filesystems.reading import ImageFile

MIB = 2**20


@pytest.fixture(scope="module")
def xfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageFile]:
    image, _ = unpack("xfs", tmp_path_factory.mktemp("xfs"))
    volume = ImageFile(image)
    yield volume
    volume.close()


def snapshot(size: int, key: str = "") -> Snapshot:
    return Snapshot(
        id="snap-2",
        volume_id="vol-1",
        state=SnapshotState.COMPLETED,
        started_at=datetime(2026, 11, 30, tzinfo=UTC),
        size_bytes=size,
        tags={},
        key=key,
    )


def test_a_point_is_seen_with_its_log_replayed(xfs: ImageFile) -> None:
    blocks, cost = FakeBlocks({"snap-1": xfs, "snap-2": Changed(xfs, {200 * MIB: 1})}), Cost()
    name = next(each.name for each in ReadFileSystems().open(xfs).entries("/") if each.size > 10)
    seen = LookInto(blocks, ReadFileSystems()).run(snapshot(xfs.size), [f"/{name}", "/nope"], "snap-1", cost)
    assert isinstance(seen, Look)
    assert (seen.contents, seen.log_trouble, seen.errors) == ("xfs", "", "")
    assert seen.transactions > 0 and len(seen.names) > 5 and 0 < seen.used < seen.size <= xfs.size
    assert seen.expected["/nope"] is None and (seen.expected[f"/{name}"] or 0) > 10
    assert seen.changed == MIB // 2 and seen.written >= seen.changed
    assert 0 < cost.blocks < 40


class Listed(FakeBlocks):
    """Counts the listings; two huge volumes differ in every block of the first 16 GiB."""

    asked: int = 0

    def listed(self, snapshot_id: str, first: int) -> Page:
        self.asked += 1
        return replace(super().listed(snapshot_id, first), is_last=False, end=first + RANGE)

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        self.asked += 1
        yield from range(first, 32 * 1024)


def test_of_a_huge_volume_a_sample_is_counted(xfs: ImageFile) -> None:
    blocks, size = Listed({"snap-1": xfs, "snap-2": xfs}), LARGEST_COUNTED + GIB
    seen = LookInto(blocks, ReadFileSystems()).run(snapshot(size), (), "snap-1")
    assert isinstance(seen, Look) and len(seen.names) > 5
    assert seen.sampled == sampled(size)
    assert seen.written > 0 and seen.changed == RANGE * BLOCK
    assert blocks.asked < 200


def test_what_holds_no_file_system_is_not_looked_into() -> None:
    blocks = FakeBlocks({"snap-2": Image(b"LUKS\xba\xbe".ljust(MIB, b"\0"))})
    seen = LookInto(blocks, ReadFileSystems()).run(snapshot(MIB), [])
    assert seen == Unseen("the volume holds an encrypted LUKS container", by_contents=True)


class Forged:
    """File systems whose root holds these names."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def open(self, volume: object) -> ForgedFileSystem:
        return ForgedFileSystem({"/": [a_file(name) for name in self.names]})


def test_names_that_are_no_text_are_escaped_and_long_ones_do_not_fill_the_journal() -> None:
    blocks = FakeBlocks({"snap-2": Image(bytes(MIB))})
    seen = LookInto(blocks, Forged("b\x1b[2J", "a\udc80")).run(snapshot(MIB), [])
    assert isinstance(seen, Look) and seen.names == (r"a\udc80", r"b\x1b[2J")
    endless = LookInto(blocks, Forged(*("\x01" * 250 + f"{number:05}" for number in range(300))))
    found = endless.run(snapshot(MIB), [])
    assert isinstance(found, Look) and 0 < sum(map(len, found.names)) <= MOST_OF_NAMES


def test_what_contradicts_itself_is_broken(xfs: ImageFile) -> None:
    blocks = FakeBlocks({"snap-2": Changed(xfs, {8: 255})})
    seen = LookInto(blocks, ReadFileSystems()).run(snapshot(xfs.size), [])
    assert seen == Broken("the superblock does not match its checksum")


class Hasty(FakeBlocks):
    """AWS takes no more calls once some blocks were read."""

    most = 0

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        if len(self.reads) == self.most:
            raise Throttled("AWS takes no more calls for now")
        return super().read(snapshot_id, index, token)


@pytest.mark.parametrize("most", range(7))
def test_a_throttle_in_the_middle_of_a_look_is_not_called_damage(xfs: ImageFile, most: int) -> None:
    blocks = Hasty({"snap-2": xfs})
    blocks.most = most
    with pytest.raises(Throttled):
        LookInto(blocks, ReadFileSystems()).run(snapshot(xfs.size), [])


class Refusing(FakeBlocks):
    def listed(self, snapshot_id: str, first: int) -> Page:
        raise Forbidden("the key does not admit the role")


def test_a_key_that_does_not_admit_us_is_named() -> None:
    seen = LookInto(Refusing(), ReadFileSystems()).run(snapshot(MIB, "arn:aws:kms:key/1"), [])
    words = "key arn:aws:kms:key/1 does not let check_points read it"
    assert seen == Unseen(words, "the key does not admit the role")


def test_a_vanished_snapshot_is_not_looked_into() -> None:
    seen = LookInto(FakeBlocks(), ReadFileSystems()).run(snapshot(MIB), [])
    assert seen == Unseen("the blocks of snap-2 cannot be read: no such snapshot")
