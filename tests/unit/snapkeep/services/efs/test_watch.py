"""What people hear about backups of file systems, and for how long."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.errors import TemporaryError
from snapkeep.wiring.file_systems import watch_backups
from tests.fakes.efs import on_efs
from tests.unit.snapkeep.services.efs.efs_world import FS, SLOT, EfsWorld


def watched(world: EfsWorld) -> list[tuple[str, str]]:
    """The troubles of file systems that one pass announces."""
    before = len(world.announcer.troubles)
    watch_backups(world.ports()).run()
    told = [due for _, due, _ in world.announcer.troubles[before:]]
    return [(each.subject, each.reason) for due in told for each in due]


def test_a_failed_backup_is_told_once_until_a_later_one_is_ready() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.back_up()
    world.clock.forward(hours=13)
    world.backup.end("job-1", "the file system denies it")

    ((subject, reason),) = watched(world)
    assert subject == FS
    assert reason == (
        "its backup of 2026-11-24 18:00 UTC failed: its AWS Backup job failed: the file system denies it"
    )
    assert watched(world) == []
    world.clock.forward(hours=11)
    world.back_up(SLOT + timedelta(days=1))
    world.backup.end("job-2")
    assert watched(world) == []
    world.clock.forward(days=8)
    assert watched(world) == []


def test_jobs_that_keep_failing_are_told_before_the_last_one() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.back_up()
    world.backup.end("job-1", "the file system denies it")
    assert watched(world) == []  # it may have been bad luck
    world.clock.forward(hours=2)

    ((subject, reason),) = watched(world)
    assert subject == FS
    assert reason == (
        "its backup of 2026-11-24 18:00 UTC is tried again, because a job has failed: "
        "the file system denies it"
    )


def test_a_backup_that_waits_for_somebodys_job_is_told() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.backup.start(FS, "of somebody else", {})
    world.back_up()
    assert watched(world) == []

    world.clock.forward(hours=3)
    ((subject, reason),) = watched(world)
    assert subject == FS
    assert "its backup of 2026-11-24 18:00 UTC waits: another job" in reason


def test_what_cannot_be_followed_is_told_when_it_lasts() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.back_up()
    (backup,) = world.records()

    for minutes in (15, 15, 15):
        world.clock.forward(minutes=minutes)
        world.backup.fail_next("job", TemporaryError("AWS Backup does not answer"))
        told = watched(world)
    assert told == []
    world.clock.forward(minutes=15)
    world.backup.fail_next("job", TemporaryError("AWS Backup does not answer"))
    assert watched(world) == [(backup.id, "AWS Backup does not answer")]
    assert world.announcer.given_up[-1] == ("back_up_file_systems", 1)


def test_each_pass_is_a_sign_of_life() -> None:
    world = EfsWorld()
    watched(world)
    assert world.announcer.given_up == [("back_up_file_systems", 0)]


def test_a_slot_that_nobody_started_is_started_late_by_the_next_pass() -> None:
    world = EfsWorld()
    world.has(on_efs("one", FS))
    world.clock.now = SLOT - timedelta(hours=1)
    assert watch_backups(world.ports()).run().started == []
    world.clock.now = SLOT + timedelta(minutes=15)
    report = watch_backups(world.ports()).run()
    assert report.started == [each.id for each in world.records()] and len(report.started) == 1
    assert watch_backups(world.ports()).run().started == []
