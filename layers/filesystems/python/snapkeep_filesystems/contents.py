"""What is on a volume, told from its first bytes, where every format has its mark."""

from __future__ import annotations

from enum import StrEnum

from snapkeep_filesystems.volume import Volume

MARKED = 128 * 1024
"""The bytes at the start of a volume that hold all marks."""


class Contents(StrEnum):
    """A format of a volume."""

    EXT4 = "ext4"
    XFS = "xfs"
    LUKS = "luks"
    LVM = "lvm"
    BTRFS = "btrfs"
    PARTITIONS = "partitions"
    NTFS = "ntfs"
    NOTHING = "nothing"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The format for people."""
        return _WORDS[self]


_WORDS = {
    Contents.EXT4: "an ext4 (or ext3, ext2)",
    Contents.XFS: "an xfs",
    Contents.LUKS: "an encrypted LUKS container",
    Contents.LVM: "a physical volume of LVM",
    Contents.BTRFS: "a btrfs",
    Contents.PARTITIONS: "a table of partitions",
    Contents.NTFS: "an NTFS",
    Contents.NOTHING: "nothing: it was never formatted",
    Contents.UNKNOWN: "data without a known format",
}


def contents_of(volume: Volume) -> Contents:
    """The format of a volume."""
    start = volume.read(0, MARKED).ljust(MARKED, b"\0")
    for contents, offset, mark in _MARKS:
        if start[offset : offset + len(mark)] == mark:
            return contents
    return Contents.UNKNOWN if any(start) else Contents.NOTHING


_MARKS = (
    (Contents.XFS, 0, b"XFSB"),
    (Contents.LUKS, 0, b"LUKS\xba\xbe"),
    *((Contents.LVM, sector * 512, b"LABELONE") for sector in range(4)),
    (Contents.EXT4, 1080, b"\x53\xef"),
    (Contents.BTRFS, 0x10040, b"_BHRfS_M"),
    (Contents.PARTITIONS, 512, b"EFI PART"),
    (Contents.NTFS, 3, b"NTFS    "),
    (Contents.PARTITIONS, 510, b"\x55\xaa"),
)
