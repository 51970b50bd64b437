"""Which file systems' last backup failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.efs.standing import last_failures
from snapkeep.domain.points import PointState

SLOT = datetime.fromisoformat("2026-11-24T18:00:00+00:00")
READY, FAILED, PENDING = PointState.READY, PointState.FAILED, PointState.PENDING


def backup(day: int, state: PointState, file_system: str = "fs-a") -> EfsBackup:
    slot = SLOT + timedelta(days=day)
    return EfsBackup(file_system, "shared", slot, "snapkeep", (), slot, state=state)


def test_a_failure_lasts_until_a_later_backup_is_ready() -> None:
    first, second, third = backup(0, FAILED), backup(1, PENDING), backup(1, READY)
    assert last_failures([first]) == {"fs-a": first}
    assert last_failures([first, second]) == {"fs-a": first}
    assert last_failures([first, third]) == {}
    assert last_failures([backup(2, FAILED), third]) == {"fs-a": backup(2, FAILED)}


def test_a_file_system_without_claims_is_nobodys_trouble() -> None:
    assert last_failures([backup(0, FAILED), backup(1, READY, "fs-b")]) == {}


def test_without_backups_nothing_failed() -> None:
    assert last_failures([]) == {}
