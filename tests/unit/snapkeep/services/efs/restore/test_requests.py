"""Restores from EFS go on from where they are, and only to a directory that somebody saw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage
from snapkeep.domain.errors import Invalid, NotFound, PermanentError
from snapkeep.ports.efs import AccessPoint
from tests.fakes.efs import on_efs
from tests.unit.snapkeep.services.efs.restore.restore_world import CALLER, DIRECTORY, FS, RestoreWorld


@pytest.fixture
def world() -> RestoreWorld:
    return RestoreWorld()


def saw(world: RestoreWorld, restore: EfsRestore, directory: str = DIRECTORY) -> EfsRestore:
    return world.requests.saw(restore.cluster, restore.namespace, restore.id, directory)


def test_an_accepted_restore_goes_on_at_once(world: RestoreWorld) -> None:
    restore = world.start()

    assert (restore.stage, restore.caller, world.asked_to_follow) == (EfsStage.ACCEPTED, CALLER, 1)
    assert world.requests.begun(restore.id) == restore


def test_a_restore_is_accepted_even_if_its_function_does_not_answer(world: RestoreWorld) -> None:
    world.follower_answers = False

    assert world.start().stage is EfsStage.ACCEPTED


def test_a_refused_plan_is_not_carried_out(world: RestoreWorld) -> None:
    plan = world.plan(namespace="nowhere")

    with pytest.raises(ValueError, match="refused"):
        world.requests.start(plan, "0123456789abcdef", CALLER)


def test_the_same_request_continues_the_open_restore(world: RestoreWorld) -> None:
    restore = world.restored()

    assert world.requests.plan(world.ask()) == restore
    assert world.plan(target="another").request.target == "another"
    saw(world, restore)
    world.go_on()
    world.requests.made(restore.cluster, restore.namespace, restore.id)
    assert not isinstance(world.requests.plan(world.ask()), EfsRestore)


def test_another_claim_under_the_same_name_is_another_restore() -> None:
    world = RestoreWorld(on_efs("plain", f"{FS}:/plain"))
    first = world.restored(target="check")

    plan = world.plan(claim="plain", target="check")

    assert plan.claim.path == "/plain" and not plan.refused
    assert plan.findings[0].code == "efs_restore_open" and first.id in plan.findings[0].text


def test_a_newer_backup_is_another_restore(world: RestoreWorld) -> None:
    first = world.restored()
    newer = world.backed_up(hours=6)

    assert world.plan().backup.id == newer.id
    assert world.requests.plan(world.ask(point_id=first.backup)) == first


def test_the_seen_directory_becomes_the_volume(world: RestoreWorld) -> None:
    restore = world.restored()
    assert restore.stage is EfsStage.RESTORED and restore.handle == ""

    seen = saw(world, restore)
    world.go_on()

    after = world.now(restore)
    assert (seen.stage, after.stage) == (EfsStage.SEEN, EfsStage.READY)
    made = world.access_points.all[after.access_point]
    assert (made.path, made.user, made.file_system) == (f"/{DIRECTORY}/web", "1000:1001", FS)
    assert after.handle == f"{FS}::{after.access_point}"
    assert saw(world, restore) == after


def test_a_cancelled_restore_makes_room_for_another(world: RestoreWorld) -> None:
    restore = world.restored()

    ended = world.requests.cancel("myeks", "new", restore.id, CALLER)

    assert ended.stage is EfsStage.FAILED
    assert ended.reason.startswith(f"cancelled by {CALLER}; what AWS restores stays in {FS}")
    assert world.requests.cancel("myeks", "new", restore.id, "somebody") == ended
    assert not isinstance(world.requests.plan(world.ask()), EfsRestore)
    with pytest.raises(PermanentError, match="is failed"):
        saw(world, restore)


def test_a_cancelled_restore_names_its_access_point(world: RestoreWorld) -> None:
    restore = world.restored()
    saw(world, restore)
    world.go_on()

    ended = world.requests.cancel("myeks", "new", restore.id, CALLER)

    assert ended.reason.endswith(f"in {DIRECTORY}, and so does access point {ended.access_point}")


def test_before_the_job_has_completed_nobody_can_have_seen_it(world: RestoreWorld) -> None:
    restore = world.start()

    with pytest.raises(PermanentError, match="is accepted"):
        saw(world, restore)
    with pytest.raises(PermanentError, match="is accepted"):
        world.requests.made(restore.cluster, restore.namespace, restore.id)


def test_another_directory_is_not_taken_afterwards(world: RestoreWorld) -> None:
    restore = world.restored()
    saw(world, restore)

    with pytest.raises(PermanentError, match=f"with directory {DIRECTORY}"):
        saw(world, restore, "aws-backup-restore_other")


def test_the_directory_of_another_restore_is_refused(world: RestoreWorld) -> None:
    first, second = world.restored(), world.restored(name="fedcba9876543210", target="second")
    shared = DIRECTORY.replace("18-20", "18-50")  # when one ended and the other began
    saw(world, first, shared)

    with pytest.raises(PermanentError, match=f"is the directory of restore {first.id} of new/shared"):
        saw(world, second, shared)


@pytest.mark.parametrize("time", ["2026-11-24T18-00-00", "2026-11-24T19-30-00", "2025-11-24T18-30-00"])
def test_a_directory_of_a_time_when_the_job_did_not_run_is_refused(world: RestoreWorld, time: str) -> None:
    restore = world.restored()

    with pytest.raises(PermanentError, match=r"was not made between .* while the job ran"):
        saw(world, restore, f"aws-backup-restore_{time}-000Z")
    assert saw(world, restore).directory == DIRECTORY


def test_a_directory_that_a_cancelled_restore_named_by_mistake_is_free_again(world: RestoreWorld) -> None:
    first, second = world.restored(), world.restored(name="fedcba9876543210", target="second")
    mine = DIRECTORY.replace("18-20", "19-00")
    world.journal.efs_restores.write_efs_restore(replace(first, stage=EfsStage.SEEN, directory=mine))
    world.requests.cancel(first.cluster, first.namespace, first.id, CALLER)

    assert saw(world, second, mine).directory == mine


def test_a_directory_below_which_the_folder_cannot_be_mounted_is_refused() -> None:
    world = RestoreWorld(on_efs("colon", f"{FS}::fsap-0c010000"))
    world.access_points.all["fsap-0c010000"] = AccessPoint("fsap-0c010000", FS, "/a:b" + "c" * 40, "1:1")
    world.backed_up(hours=1)
    restore = world.restored(claim="colon", target="colon")

    with pytest.raises(PermanentError, match="has a colon"):
        saw(world, restore, "aws-backup-restore_" + "x" * 60)


@pytest.mark.parametrize("name", ["web", "../web", "aws-backup-restore_x/../../web"])
def test_a_name_that_aws_does_not_give_is_refused(world: RestoreWorld, name: str) -> None:
    with pytest.raises(Invalid, match="is not a directory that AWS Backup made"):
        saw(world, world.restored(), name)


def test_a_restore_is_shown_in_its_own_namespace_only(world: RestoreWorld) -> None:
    restore = world.start()

    assert world.requests.show("myeks", "new", restore.id) == restore
    with pytest.raises(NotFound):
        world.requests.show("myeks", "web", restore.id)


def test_a_claim_without_an_access_point_gets_none() -> None:
    world = RestoreWorld(on_efs("plain", f"{FS}:/plain"))
    restore = world.restored(claim="plain", target="plain")
    points = dict(world.access_points.all)

    saw(world, restore)
    world.go_on()

    assert world.now(restore).handle == f"{FS}:/{DIRECTORY}/plain"
    assert world.access_points.all == points
