"""Takes all checksums for right, as if an attacker had computed them: then only the structure protects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from snapkeep_filesystems.ext4 import health as ext4_health
from snapkeep_filesystems.ext4 import inodes, journal
from snapkeep_filesystems.ext4 import replay as ext4_replay
from snapkeep_filesystems.ext4 import superblock as ext4_superblock
from snapkeep_filesystems.ext4 import verified as ext4_verified
from snapkeep_filesystems.xfs import health as xfs_health
from snapkeep_filesystems.xfs import records
from snapkeep_filesystems.xfs import superblock as xfs_superblock
from snapkeep_filesystems.xfs import verified as xfs_verified

RUNNING = (ext4_health, inodes, journal, ext4_replay, ext4_superblock, ext4_verified)
FINISHED = (xfs_health, records, xfs_superblock, xfs_verified)


class Right(int):
    """A checksum that equals every other one."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __and__(self, other: int) -> Right:
        return self

    __hash__ = int.__hash__


@contextmanager
def forged_checksums(forged: bool = True) -> Iterator[None]:
    """Our readers find every checksum right, if `forged`."""
    with ExitStack() as stack:
        for module in RUNNING if forged else ():
            stack.enter_context(patch.object(module, "running", _right))
        for module in FINISHED if forged else ():
            stack.enter_context(patch.object(module, "finished", _right))
        yield


def _right(*_: object) -> Right:
    return Right()
