"""Backups of file systems: their names, and which of them a claim counts on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim, followed, newest_of
from snapkeep.domain.efs.jobs import Job, JobState
from snapkeep.domain.points import PointState

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)


def claim(name: str, **changes: Any) -> EfsClaim:
    return replace(EfsClaim("myeks", "web", name, f"uid-{name}", f"/{name}"), **changes)


def backup(*claims: EfsClaim, days: int = 0, **changes: Any) -> EfsBackup:
    slot = SLOT + timedelta(days=days)
    made = EfsBackup("fs-01234567", "shared", slot, "snapkeep", claims, slot, state=PointState.READY)
    return replace(made, **changes)


def test_each_slot_policy_and_deployment_has_a_backup_of_its_own() -> None:
    one = backup()
    others = [backup(days=1), backup(policy="b"), backup(deployment="b"), backup(file_system="fs-89abcdef")]

    assert len({each.id for each in (one, *others)}) == 5
    assert backup(claim("a")).id == one.id, "whatever claims it has"
    assert one.id.startswith("fs-01234567-20261124t180000z-")


def test_another_attempt_has_another_token() -> None:
    assert backup().token != backup(attempt=2).token


def test_a_claim_counts_on_its_newest_ready_backup() -> None:
    old, new = backup(claim("a"), claim("b")), backup(claim("a", path="/moved"), days=1)
    broken = backup(claim("a"), days=2, state=PointState.FAILED)

    found = {each.name: (of.slot, each.path) for of, each in newest_of([new, broken, old])}

    assert found == {"a": (new.slot, "/moved"), "b": (old.slot, "/b")}


def test_a_backup_that_completed_with_issues_says_them() -> None:
    job = Job("j", "arn:1", JobState.COMPLETED, 7, "3 files were skipped", SLOT)

    ended = followed(backup(state=PointState.PENDING, job="j"), job, SLOT + timedelta(hours=1))

    assert (ended.state, ended.reason, ended.arn, ended.ended_at) == (
        PointState.READY,
        "3 files were skipped",
        "arn:1",
        SLOT,
    )
