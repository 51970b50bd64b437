"""Opens an xfs: checks its index and replays its log."""

from __future__ import annotations

from functools import partial

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.file_system import FileSystem, opened
from snapkeep_filesystems.volume import Volume
from snapkeep_filesystems.xfs.health import check
from snapkeep_filesystems.xfs.replay import replay
from snapkeep_filesystems.xfs.space import space_of
from snapkeep_filesystems.xfs.superblock import read_superblock


def open_xfs(volume: Volume) -> FileSystem:
    """The xfs on a volume. Raises Damaged or NotHandled when it cannot be read at all."""
    superblock = read_superblock(volume)
    checked = check(volume, superblock)
    errors = "its superblock says that it needs repair" if superblock.needs_repair else ""
    return opened(
        Contents.XFS,
        volume,
        superblock,
        checked,
        errors,
        partial(replay, volume, superblock),
        partial(space_of, superblock=superblock),
    )
