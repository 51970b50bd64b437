"""Backups of file systems are brought to their end, whatever AWS Backup does meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.errors import Forbidden, Throttled
from snapkeep.domain.points import PointState
from tests.fakes.efs import on_efs
from tests.unit.snapkeep.services.efs.efs_world import FS, OTHER_FS, EfsWorld


@pytest.fixture
def world() -> EfsWorld:
    """One backup of one file system has begun."""
    made = EfsWorld()
    made.has(on_efs("one", FS))
    made.back_up()
    return made


def only(world: EfsWorld) -> EfsBackup:
    (backup,) = world.records()
    return backup


def test_a_job_that_completes_makes_its_backup_ready(world: EfsWorld) -> None:
    world.clock.forward(minutes=10)
    world.end_jobs()

    backup = only(world)
    (stored,) = world.backup.stored.values()
    assert (backup.state, backup.arn, backup.size_bytes) == (PointState.READY, stored.arn, 1024)
    assert backup.ended_at == world.clock()


def test_a_running_job_changes_nothing(world: EfsWorld) -> None:
    before = only(world)

    report = world.follow()

    assert only(world) == before
    assert (report.ready, report.failed, report.waiting) == ([], {}, {})


def test_a_failed_job_is_followed_by_another(world: EfsWorld) -> None:
    world.end_jobs("EXPIRED")
    world.clock.forward(minutes=10)
    world.follow()

    backup = only(world)
    assert (backup.state, backup.attempt, backup.reason) == (PointState.PENDING, 2, "EXPIRED")
    assert len(world.backup.jobs) == 2
    world.end_jobs()
    assert only(world).state is PointState.READY


def test_jobs_that_fail_for_half_a_day_fail_the_backup_with_their_reason(world: EfsWorld) -> None:
    failed = {}
    for _ in range(14):
        world.end_jobs("no rights")
        world.clock.forward(minutes=10)
        failed |= world.follow().failed
        world.clock.forward(minutes=50)

    backup = only(world)
    assert backup.state is PointState.FAILED
    assert backup.reason == "all 13 AWS Backup jobs failed: no rights"


def test_a_job_that_aws_no_longer_knows_is_started_again(world: EfsWorld) -> None:
    world.backup.forget_jobs()

    world.follow()
    world.follow()

    assert only(world).state is PointState.PENDING
    assert only(world).job in world.backup.jobs


def test_a_job_that_aws_shows_late_is_not_started_twice(world: EfsWorld) -> None:
    jobs = dict(world.backup.jobs)
    world.backup.jobs.clear()
    world.follow()
    world.backup.jobs.update(jobs)

    world.follow()
    world.end_jobs()
    world.follow()

    assert only(world).state is PointState.READY
    assert world.backup.jobs.keys() == jobs.keys()


def test_a_job_that_waits_for_somebody_elses_is_told_and_waited_for(world: EfsWorld) -> None:
    world = EfsWorld()
    world.backup.start(FS, "automatic", {})
    world.has(on_efs("one", FS))
    world.back_up()
    assert world.follow().waiting == {}

    world.clock.forward(hours=3)

    (why,) = world.follow().waiting.values()
    assert why.startswith(f"another job has been running on {FS}")
    world.end_jobs()
    world.end_jobs()
    assert only(world).state is PointState.READY


def test_a_file_system_that_is_gone_fails_its_backup_at_once() -> None:
    world = EfsWorld()
    world.has(on_efs("one", "fs-00000000"), on_efs("two", OTHER_FS))

    world.back_up()

    gone, good = world.records()
    assert gone.state is PointState.FAILED
    assert gone.reason == (
        "there is no file system fs-00000000 "
        "(AWS Backup backs up file systems of this account and Region only)"
    )
    assert good.state is PointState.PENDING


@pytest.mark.parametrize("error", [Throttled("later"), Forbidden("no")])
def test_trouble_with_one_never_stops_the_others(error: Exception) -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("two", OTHER_FS))
    world.back_up()
    for job in list(world.backup.jobs):
        world.backup.end(job)
    world.backup.fail_next("job", error)

    report = world.follow()

    assert len(report.given_up) == 1
    assert [each.state for each in world.records()].count(PointState.READY) == 1


def test_a_start_that_was_throttled_is_made_up_for() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.backup.fail_next("start", Throttled("later"))
    world.back_up()
    assert only(world).state is PointState.PLANNED

    world.follow()

    assert only(world).state is PointState.PENDING


def test_file_systems_whose_jobs_fail_at_once_do_not_start_each_other_again_and_again() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS), on_efs("two", OTHER_FS))
    world.back_up()

    for _ in range(60):
        world.end_jobs("no rights")  # each of these has an event, which lets a pass run
        world.clock.forward(minutes=1)

    assert len(world.backup.jobs) <= 2 * 7


def test_a_backup_that_aws_never_let_begin_fails_in_the_end() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.backup.fail_next("start", *[Throttled("later")] * 2)
    world.back_up()
    world.clock.forward(hours=12)

    assert world.follow().failed == {only(world).id: "no job could be started: later"}
    assert only(world).state is PointState.FAILED


def test_two_passes_at_once_agree(world: EfsWorld) -> None:
    backups, first = world.journal.efs_backups, only(world)
    world.backup.end(first.job)
    backups.meanwhile("write_backup", lambda: backups.all.update({first.id: replace(first, revision=9)}))

    report = world.follow()

    assert list(report.given_up) == [only(world).id]
    assert world.follow().ready == [only(world).id]
