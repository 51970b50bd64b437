"""Restores from EFS are brought to their end, whatever AWS does meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from snapkeep.domain.efs.restore.operations import EfsStage
from snapkeep.domain.errors import Forbidden, TemporaryError, Throttled
from tests.fakes.efs import on_efs
from tests.fakes.faults import Crash
from tests.unit.snapkeep.services.efs.restore.restore_world import DIRECTORY, FS, RestoreWorld


@pytest.fixture
def world() -> RestoreWorld:
    return RestoreWorld()


def test_the_folder_of_the_claim_is_restored_into_its_file_system(world: RestoreWorld) -> None:
    restore = world.restored()

    (backup,) = world.records()
    assert list(world.jobs.asked.values()) == [(backup.arn, FS, "/web")]
    assert restore.stage is EfsStage.RESTORED
    assert restore.began_at and restore.ended_at and restore.began_at < restore.ended_at


def test_a_running_job_changes_nothing(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    before = world.now(restore)

    assert world.go_on().moved == {}
    assert world.now(restore) == before


@pytest.mark.parametrize("step", ["start_restore", "write_efs_restore", "make_access_point"])
@pytest.mark.parametrize("how", ["crash", "lost answer"])
def test_one_job_and_one_access_point_whatever_crashes(world: RestoreWorld, step: str, how: str) -> None:
    restore = world.start()
    fake = {"start_restore": world.jobs, "make_access_point": world.access_points}.get(step, world.journal)
    (fake.crash_after if how == "crash" else fake.lose_answer)(step)

    for _ in range(2):
        with suppress(Crash):
            world.go_on()
    world.jobs.end()
    world.go_on()
    with suppress(TemporaryError, Crash):
        world.requests.saw("myeks", "new", restore.id, DIRECTORY)
    for _ in range(3):
        with suppress(Crash):
            world.go_on()

    assert world.now(restore).stage is EfsStage.READY
    assert len(world.jobs.jobs) == 1 and len(world.access_points.all) == 2


def test_a_failed_job_is_told_in_the_words_of_aws(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    world.jobs.end("The file system policy denies elasticfilesystem:restore.")

    report = world.go_on()

    assert world.now(restore).stage is EfsStage.FAILED
    assert "The file system policy denies elasticfilesystem:restore." in report.failed[restore.id]


def test_a_job_that_aws_has_forgotten_fails_the_restore(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    world.jobs.forget()
    world.clock.forward(days=31)
    world.go_on()

    assert "forgets jobs after 30 days" in world.now(restore).reason


def test_a_recovery_point_that_was_deleted_meanwhile_fails_the_restore(world: RestoreWorld) -> None:
    restore = world.start()
    world.backup.stored.clear()
    world.go_on()

    assert "there is no recovery point" in world.now(restore).reason


def test_what_aws_forbids_fails_with_its_reason_and_throttling_waits(world: RestoreWorld) -> None:
    first = world.start()
    world.jobs.fail_next("start_restore", Throttled("slow down"))
    report = world.go_on()
    assert report.given_up == {first.id: "slow down"} and world.now(first).stage is EfsStage.ACCEPTED

    world.jobs.fail_next("start_restore", Forbidden("not allowed to restore"))
    assert world.go_on().failed == {first.id: "not allowed to restore"}


def test_files_that_are_restored_are_not_given_up_where_efs_refuses(world: RestoreWorld) -> None:
    restore = world.restored()
    world.requests.saw("myeks", "new", restore.id, DIRECTORY)
    world.access_points.fail_next("make_access_point", Forbidden("no access points for you"))

    world.go_on()
    after = world.now(restore)
    assert (after.stage, after.directory, after.reason) == (
        EfsStage.RESTORED,
        "",
        "no access points for you",
    )

    world.requests.saw("myeks", "new", restore.id, DIRECTORY)
    world.go_on()
    assert (world.now(restore).stage, world.now(restore).reason) == (EfsStage.READY, "")


def test_a_job_that_runs_is_not_given_up_where_aws_does_not_show_it(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    world.jobs.fail_next("restore_job", Forbidden("not allowed to look"))

    world.go_on()
    assert world.now(restore).reason == "not allowed to look"

    world.jobs.end()
    world.go_on()
    assert (world.now(restore).stage, world.now(restore).reason) == (EfsStage.RESTORED, "")


def test_an_access_point_is_made_to_the_directory_that_was_named_last(world: RestoreWorld) -> None:
    restore = world.restored()
    world.access_points.lose_answer("make_access_point")
    world.requests.saw("myeks", "new", restore.id, DIRECTORY.replace("20-00", "21-00"))
    world.go_on()
    world.access_points.fail_next("make_access_point", Forbidden("no access points for you"))
    world.go_on()

    world.requests.saw("myeks", "new", restore.id, DIRECTORY)
    world.go_on()

    assert world.access_points.all[world.now(restore).access_point].path == f"/{DIRECTORY}/web"


def test_trouble_with_one_restore_stops_no_other(world: RestoreWorld) -> None:
    first, second = world.start(), world.start("fedcba9876543210", target="second")
    world.jobs.fail_next("start_restore", TemporaryError("no answer"))

    report = world.go_on()

    assert list(report.given_up) == [first.id] and report.moved == {second.id: "restoring"}


def test_a_job_that_never_starts_is_given_up(world: RestoreWorld) -> None:
    restore = world.start()
    world.clock.forward(hours=7)
    world.go_on()

    assert world.now(restore).reason == "AWS Backup started no job within 6 hours"


def test_files_that_nobody_looks_for_are_named_in_the_end(world: RestoreWorld) -> None:
    restore = world.restored()
    world.clock.forward(days=29)
    world.go_on()
    assert world.now(restore).stage is EfsStage.RESTORED

    world.clock.forward(days=2)
    world.go_on()

    assert f"What AWS restored stays in {FS}" in world.now(restore).reason


def test_a_job_that_aws_does_not_show_yet_is_waited_for(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    shown = dict(world.jobs.jobs)
    world.jobs.forget()

    world.go_on()
    assert world.now(restore).stage is EfsStage.RESTORING

    world.jobs.jobs |= shown
    world.jobs.end()
    world.go_on()
    assert world.now(restore).stage is EfsStage.RESTORED


def test_a_completed_job_without_an_end_ended_when_it_was_seen(world: RestoreWorld) -> None:
    restore = world.start()
    world.go_on()
    world.jobs.end()
    world.jobs.jobs = {name: replace(job, ended_at=None) for name, job in world.jobs.jobs.items()}

    world.go_on()

    assert world.now(restore).ended_at == world.clock()


def test_the_root_is_restored_whole() -> None:
    world = RestoreWorld(on_efs("all", FS))

    world.restored(claim="all", target="all")

    assert [path for _, _, path in world.jobs.asked.values()] == ["/"]
