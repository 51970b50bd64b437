"""What is on a volume is told from its first bytes."""

from __future__ import annotations

import pytest

from snapkeep_filesystems.contents import Contents, contents_of
from snapkeep_filesystems.errors import NotHandled
from snapkeep_filesystems.opening import open_file_system
from snapkeep_filesystems.volume import Image


def marked(offset: int, mark: bytes) -> Image:
    data = bytearray(128 * 1024)
    data[offset : offset + len(mark)] = mark
    return Image(bytes(data))


@pytest.mark.parametrize(
    ("contents", "offset", "mark"),
    [
        (Contents.XFS, 0, b"XFSB"),
        (Contents.EXT4, 1080, b"\x53\xef"),
        (Contents.LUKS, 0, b"LUKS\xba\xbe\x00\x02"),
        (Contents.LVM, 512, b"LABELONE"),
        (Contents.BTRFS, 0x10040, b"_BHRfS_M"),
        (Contents.PARTITIONS, 512, b"EFI PART"),
        (Contents.PARTITIONS, 510, b"\x55\xaa"),
        (Contents.NTFS, 3, b"NTFS    "),
        (Contents.UNKNOWN, 70_000, b"data"),
        (Contents.NOTHING, 0, b""),
    ],
)
def test_a_format_is_known_by_its_mark(contents: Contents, offset: int, mark: bytes) -> None:
    assert contents_of(marked(offset, mark)) is contents


def test_a_tiny_volume_holds_nothing() -> None:
    assert contents_of(Image(b"")) is Contents.NOTHING


def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(NotHandled, match="an encrypted LUKS container"):
        open_file_system(marked(0, b"LUKS\xba\xbe"))
