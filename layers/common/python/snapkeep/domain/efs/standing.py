"""How the file systems of a policy stand."""

from __future__ import annotations

from collections.abc import Sequence

from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.points import PointState


def last_failures(backups: Sequence[EfsBackup]) -> dict[str, EfsBackup]:
    """The last backup of each file system that has ended, if it failed; `backups` are those of one policy.

    A file system that has no backup at the newest slot is left out: no claim of the policy is on it any more.
    """
    newest = max((backup.slot for backup in backups), default=None)
    wanted = {backup.file_system for backup in backups if backup.slot == newest}
    ended = {
        backup.file_system: backup
        for backup in sorted(backups, key=lambda backup: backup.slot)
        if backup.file_system in wanted and not backup.is_open
    }
    return {name: backup for name, backup in ended.items() if backup.state is PointState.FAILED}
