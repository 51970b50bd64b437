"""Opens the file system of a volume, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from snapkeep_filesystems.contents import Contents, contents_of
from snapkeep_filesystems.errors import NotHandled
from snapkeep_filesystems.ext4.opening import open_ext4
from snapkeep_filesystems.file_system import FileSystem
from snapkeep_filesystems.volume import Volume
from snapkeep_filesystems.xfs.opening import open_xfs

_OPENERS: Mapping[Contents, Callable[[Volume], FileSystem]] = {
    Contents.EXT4: open_ext4,
    Contents.XFS: open_xfs,
}


def open_file_system(volume: Volume) -> FileSystem:
    """The file system of a volume as its next mount will show it, with its log replayed in memory.

    Raises NotHandled for what is neither ext4 nor xfs or has unknown features, and Damaged for one that
    contradicts itself. A log that cannot be replayed is no error: the file system says so.
    """
    contents = contents_of(volume)
    if contents not in _OPENERS:
        raise NotHandled(f"the volume holds {contents.words}")
    return _OPENERS[contents](volume)
