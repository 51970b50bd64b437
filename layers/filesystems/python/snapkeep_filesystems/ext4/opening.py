"""Opens an ext4: checks its index and replays its journal."""

from __future__ import annotations

from uuid import UUID

from snapkeep_filesystems.contents import Contents
from snapkeep_filesystems.errors import UnreadableError
from snapkeep_filesystems.ext4.health import check
from snapkeep_filesystems.ext4.replay import Replayed, replay
from snapkeep_filesystems.ext4.superblock import Superblock, read_superblock
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.volume import Volume


def open_ext4(volume: Volume) -> FileSystem:
    """The ext4 on a volume. Raises Damaged or NotHandled when it cannot be read at all."""
    superblock = read_superblock(volume)
    checked = check(volume, superblock)
    trouble = ""
    try:
        done = replay(volume, superblock)
    except UnreadableError as error:
        done, trouble = Replayed(volume), error.reason
    return FileSystem(
        contents=Contents.EXT4,
        size=superblock.size,
        free=superblock.free_blocks * superblock.block_size,
        uuid=str(UUID(bytes=superblock.uuid)),
        label=superblock.label,
        groups=superblock.groups,
        checked_groups=checked,
        raw=volume,
        volume=done.volume,
        errors=_errors(superblock),
        transactions=done.transactions,
        log_trouble=trouble,
    )


def _errors(superblock: Superblock) -> str:
    if superblock.errors:
        return f"the kernel has recorded {superblock.errors:,} errors"
    return "the kernel has marked it as faulty" if superblock.had_errors else ""
