"""A restore from EFS is planned from what its backup remembers, and refused where it cannot work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.efs.restore.plans import EfsPlan
from snapkeep.domain.errors import NotFound, UnknownCluster
from snapkeep.domain.restore.findings import Severity
from tests.fakes.efs import on_efs
from tests.unit.snapkeep.services.efs.restore.restore_world import FS, SLOT, RestoreWorld


@pytest.fixture
def world() -> RestoreWorld:
    return RestoreWorld()


def codes(plan: EfsPlan) -> list[str]:
    return [each.code for each in plan.findings if each.severity is not Severity.INFO]


def said(plan: EfsPlan) -> str:
    return "\n".join(f"{each.text}. {each.fix}" for each in plan.findings)


def test_the_plan_says_what_is_different_on_efs(world: RestoreWorld) -> None:
    plan = world.plan()

    assert not plan.refused and codes(plan) == []
    assert (plan.backup.slot, plan.claim.path, plan.claim.user) == (SLOT, "/web", "1000:1001")
    words = said(plan)
    assert "no size is checked, because EFS ignores the sizes of claims" in words
    assert "not of one moment: it ran from 2026-11-24 18:00" in words
    assert f"/web of {FS} lands in a new directory" in words and "/aws-backup-restore_TIME/web" in words
    assert "--look starts a read-only pod that finds it" in words


def test_the_newest_backup_is_taken_or_the_newest_before_a_time(world: RestoreWorld) -> None:
    newer = world.backed_up(hours=6)

    assert world.plan().backup.id == newer.id
    assert world.plan(at=SLOT).backup.slot == SLOT
    assert world.plan(point_id=world.records()[0].id).backup.slot == SLOT


def test_a_time_while_a_backup_ran_means_the_one_before(world: RestoreWorld) -> None:
    newer = world.backed_up(hours=6)
    assert newer.ended_at is not None

    assert world.plan(at=newer.ended_at - timedelta(minutes=1)).backup.slot == SLOT
    assert world.plan(at=newer.ended_at).backup.id == newer.id
    assert world.plan(at=newer.slot).backup.id == newer.id


def test_the_backups_of_a_policy_that_is_gone_still_count(world: RestoreWorld) -> None:
    newer = world.backed_up(hours=6)
    old = replace(newer, policy="of-before", slot=newer.slot + timedelta(hours=1))
    world.journal.efs_backups.open_backup(old)

    assert world.plan().backup.id == old.id


def test_without_a_policy_for_file_systems_the_way_back_is_said(world: RestoreWorld) -> None:
    planner = replace(world.planner, deployment=replace(world.deployment, policies=()))

    with pytest.raises(NotFound, match=r"no policy has method aws-backup.*restore by hand"):
        planner.source(world.ask(point_id=world.records()[0].id))


def test_a_backup_whose_recovery_point_is_gone_is_passed_over(world: RestoreWorld) -> None:
    newer = world.backed_up(hours=6)
    world.backup.delete(newer.arn)

    assert world.plan().backup.slot == SLOT
    with pytest.raises(NotFound, match="there is no ready backup"):
        world.plan(point_id=newer.id)


def test_the_claim_the_namespace_and_the_cluster_may_be_gone(world: RestoreWorld) -> None:
    del world.clusters.clusters["myeks"]

    plan = world.plan(cluster="spare", source_cluster="myeks")

    assert not plan.refused and plan.claim.path == "/web"


def test_the_policy_may_have_another_name_now(world: RestoreWorld) -> None:
    (policy,) = world.deployment.policies
    world.deployment = replace(world.deployment, policies=(replace(policy, name="files"),))

    assert world.plan().backup.policy == "shared"


def test_what_is_in_no_backup_is_not_found(world: RestoreWorld) -> None:
    with pytest.raises(NotFound, match="claim web/other of cluster myeks is in no ready backup"):
        world.plan(claim="other")
    with pytest.raises(NotFound, match="claim new/shared"):
        world.plan(source_namespace="")
    with pytest.raises(UnknownCluster):
        world.plan(cluster="nowhere")


def test_a_file_system_that_is_gone_is_refused_with_what_to_make(world: RestoreWorld) -> None:
    del world.access_points.file_systems[FS]

    plan = world.plan()

    assert plan.refused and codes(plan) == ["efs_gone"]
    assert "create a file system with a mount target in each zone" in said(plan)
    assert plan.backup.arn in said(plan)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"usable": False}, "efs_not_available"), ({"mount_targets": 0}, "efs_no_mount_target")],
)
def test_a_file_system_that_no_pod_can_use_is_refused(
    world: RestoreWorld, change: dict[str, int], code: str
) -> None:
    known = world.access_points.file_systems
    known[FS] = replace(known[FS], **change)  # type: ignore[arg-type]

    plan = world.plan()

    assert plan.refused and codes(plan) == [code]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"namespace": "web"}, "claim_exists"),
        ({"namespace": "nowhere"}, "no_namespace"),
        ({"target": "Not_a_name"}, "bad_name"),
        ({"labels": {"-": "x"}}, "bad_label"),
    ],
)
def test_a_target_that_cannot_be_made_is_refused(
    world: RestoreWorld, request_: dict[str, str], code: str
) -> None:
    plan = world.plan(**request_)

    assert plan.refused and codes(plan) == [code]


@pytest.mark.parametrize("path", ["/a*b", "/a\nb", "/a\x1b[31mb"])
def test_a_folder_that_aws_cannot_restore_by_name_is_refused(path: str) -> None:
    world = RestoreWorld(on_efs("odd", f"{FS}:{path}"))

    plan = world.plan(claim="odd", target="odd")

    assert plan.refused and codes(plan) == ["efs_path"]


def test_the_root_of_a_file_system_is_restored_whole_which_is_said() -> None:
    world = RestoreWorld(on_efs("all", FS))

    plan = world.plan(claim="all", target="all")

    assert not plan.refused and codes(plan) == ["efs_whole"]
    assert "all of it is restored, 1.0 KiB, with what other claims had in it" in said(plan)
    assert world.plan(claim="all", target="all", strict=True).refused
