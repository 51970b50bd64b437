"""Opens an ext4: checks its index and replays its journal."""

from __future__ import annotations

from functools import partial

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.ext4.health import check
from snapkeep_filesystems.ext4.replay import replay
from snapkeep_filesystems.ext4.space import space_of
from snapkeep_filesystems.ext4.superblock import Superblock, read_superblock
from snapkeep_filesystems.file_system import FileSystem, opened
from snapkeep_filesystems.volume import Volume


def open_ext4(volume: Volume) -> FileSystem:
    """The ext4 on a volume. Raises Damaged or NotHandled when it cannot be read at all."""
    superblock = read_superblock(volume)
    checked = check(volume, superblock)
    return opened(
        Contents.EXT4,
        volume,
        superblock,
        checked,
        _errors(superblock),
        partial(replay, volume, superblock),
        partial(space_of, superblock=superblock),
    )


def _errors(superblock: Superblock) -> str:
    if superblock.errors:
        return f"the kernel has recorded {superblock.errors:,} errors"
    return "the kernel has marked it as faulty" if superblock.had_errors else ""
