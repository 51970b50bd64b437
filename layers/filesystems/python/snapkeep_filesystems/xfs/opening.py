"""Opens an xfs: checks its index and replays its log."""

from __future__ import annotations

from uuid import UUID

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.errors import UnreadableError
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.volume import Volume
from snapkeep_filesystems.xfs.health import check
from snapkeep_filesystems.xfs.replay import Replayed, replay
from snapkeep_filesystems.xfs.superblock import read_superblock


def open_xfs(volume: Volume) -> FileSystem:
    """The xfs on a volume. Raises Damaged or NotHandled when it cannot be read at all."""
    superblock = read_superblock(volume)
    checked = check(volume, superblock)
    trouble = ""
    try:
        done = replay(volume, superblock)
    except UnreadableError as error:
        done, trouble = Replayed(volume), error.reason
    return FileSystem(
        contents=Contents.XFS,
        size=superblock.size,
        free=superblock.free_blocks * superblock.block_size,
        uuid=str(UUID(bytes=superblock.uuid)),
        label=superblock.label,
        groups=superblock.groups,
        checked_groups=checked,
        raw=volume,
        volume=done.volume,
        errors="its superblock says that it needs repair" if superblock.needs_repair else "",
        transactions=done.transactions,
        log_trouble=trouble,
    )
