"""Names in the folders of an ext4, as bytes.

https://docs.kernel.org/filesystems/ext4/directory.html
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep_filesystems.volume import little

HEADER = 8


def names_in(data: bytes, block_size: int) -> Iterator[tuple[int, bytes]]:
    """The inode and name of each entry in the blocks of a folder. Those of an index look like blocks without
    any."""
    for start in range(0, len(data), block_size):
        at, end = start, min(start + block_size, len(data))
        while at + HEADER <= end:
            inode, length, name_length = little("I", data, at), little("H", data, at + 4), data[at + 6]
            if length < HEADER:
                break  # it contradicts itself
            if inode and at + HEADER + name_length <= end:
                yield inode, data[at + HEADER : at + HEADER + name_length]
            at += length
