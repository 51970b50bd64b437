"""Backups of file systems count like the points of runs, cluster by cluster."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.efs.as_runs import as_runs, failures_of
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.points import PointState

SLOT = datetime.fromisoformat("2026-11-24T18:00:00+00:00")
HERE, THERE = (EfsClaim(cluster, "web", "photos", f"uid-{cluster}", "/") for cluster in ("blue", "green"))
DAY = timedelta(days=1)


def backup(
    *claims: EfsClaim, state: PointState = PointState.READY, day: int = 0, fs: str = "fs-1"
) -> EfsBackup:
    slot = SLOT + day * DAY
    ended = slot + timedelta(hours=1) if state.is_final else None
    return EfsBackup(fs, "shared", slot, "snapkeep", claims, slot, state=state, ended_at=ended, reason="why")


def test_each_slot_is_a_run_of_the_claims_of_one_cluster() -> None:
    backups = [backup(HERE, THERE, day=1), backup(THERE, fs="fs-2"), backup(HERE)]
    first, second = as_runs("blue", backups)
    assert (first.id, first.total, first.ready, first.state) == (
        "blue.shared.20261124T180000Z",
        1,
        1,
        RunState.COMPLETED,
    )
    assert (second.slot, second.total) == (SLOT + DAY, 1)


def test_a_run_is_open_until_all_its_backups_have_ended() -> None:
    other = replace(HERE, uid="uid-2")
    (run,) = as_runs("blue", [backup(HERE), backup(other, state=PointState.PENDING, fs="fs-2")])
    assert (run.state, run.closed_at, run.ready, run.total) == (RunState.RUNNING, None, 1, 2)
    (run,) = as_runs("blue", [backup(HERE), backup(other, state=PointState.FAILED, fs="fs-2")])
    assert (run.state, run.closed_at) == (RunState.PARTIALLY_FAILED, SLOT + timedelta(hours=1))


def test_a_claim_fails_until_its_next_backup_has_ended_well() -> None:
    failed = backup(HERE, THERE, state=PointState.FAILED)
    (failure,) = failures_of("blue", [failed, backup(HERE, state=PointState.PENDING, day=1)])
    assert (failure.claim, failure.slot, failure.reason) == ("photos", SLOT, "why")
    assert list(failures_of("blue", [failed, backup(HERE, day=1)])) == []
