"""Claims on EFS in reports: protected by the newest good backup of their file system."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.efs.as_points import NEWEST
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.domain.report.claims import ClaimState, Day
from snapkeep.domain.report.coverage import Coverage, CoveredClaim
from snapkeep.domain.report.facts import Report
from snapkeep.domain.report.storage import StoredOnEfs
from snapkeep.domain.restore.suggestions import Suggestion
from snapkeep.domain.sizes import GIB
from snapkeep.services.report.on_efs import CAVEAT
from snapkeep.wiring.report import gather_report
from tests.fakes.efs import on_efs
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)
FS, OTHER_FS = "fs-01234567", "fs-89abcdef"
PHOTOS, MAIL = on_efs("photos", FS), on_efs("mail", OTHER_FS)


@pytest.fixture
def world() -> World:
    """A claim on EBS, and two on file systems that the policy `shared` takes."""
    made = World(a_claim("data"), PHOTOS, MAIL)
    shared = a_policy("shared", method=Method.AWS_BACKUP)
    made.deployment = replace(made.deployment, policies=(made.policy, shared))
    made.calendar = CronCalendar()  # type: ignore[assignment]
    return made


def backed_up(
    world: World,
    slot: datetime = SLOT,
    file_system: str = FS,
    state: PointState = PointState.READY,
    why: str = "",
) -> None:
    """A backup of a file system that ended an hour after its slot."""
    one = {FS: PHOTOS, OTHER_FS: MAIL}[file_system]
    claim = EfsClaim(one.cluster, one.namespace, one.name, one.uid, "/")
    backup = EfsBackup(file_system, "shared", slot, "snapkeep", (claim,), slot)
    ended = replace(backup, state=state, reason=why, ended_at=slot + timedelta(hours=1))
    world.journal.efs_backups.open_backup(ended)


def covered(world: World, name: str, namespace: str = "") -> CoveredClaim:
    (found,) = [one for one in world.actions().show_coverage("myeks", namespace).claims if one.claim == name]
    return found


def report(world: World) -> Report:
    return gather_report(world.ports()).report("myeks")


def test_a_claim_is_protected_by_the_backup_of_its_file_system_until_the_next_is_late(
    world: World,
) -> None:
    assert "no ready recovery point yet" in covered(world, "photos").reason
    backed_up(world)
    world.clock.now = SLOT + DAY + timedelta(hours=1)
    found = covered(world, "photos")
    assert (found.state, found.policies, found.next_run) == (Coverage.PROTECTED, ("shared",), SLOT + 2 * DAY)
    assert "not of one moment" in found.reason
    assert covered(world, "mail").state is Coverage.LATE
    world.clock.now = SLOT + DAY + timedelta(hours=3)
    late = covered(world, "photos")
    assert late.state is Coverage.LATE
    assert "policy shared should have taken one at 2026-11-25 18:00 UTC" in late.reason


def test_nobody_looks_for_checks_of_file_systems(world: World) -> None:
    world.deployment = replace(world.deployment, checks=CheckRules())
    backed_up(world)
    assert covered(world, "photos").check is None


def test_what_the_backups_remember_is_shown_while_the_cluster_does_not_answer(world: World) -> None:
    backed_up(world, SLOT - 20 * DAY)
    world.clusters.unreachable.add("myeks")
    assert covered(world, "photos").state is Coverage.LATE
    assert covered(world, "photos").policies == ("shared",)


def test_what_runs_of_volumes_skipped_is_protected_by_its_backup_while_the_cluster_is_silent(
    world: World,
) -> None:
    world.back_up(SLOT)
    backed_up(world)
    world.clock.now = SLOT + timedelta(hours=2)
    world.clusters.unreachable.add("myeks")
    assert covered(world, "photos").state is Coverage.PROTECTED
    assert covered(world, "mail").state is Coverage.UNPROTECTABLE


def test_only_a_namespace_that_was_asked_for_is_shown(world: World) -> None:
    backed_up(world)
    found = world.actions().show_coverage("myeks", "shop")
    assert [claim.claim for claim in found.claims] == ["data"]


def test_the_report_shows_slots_as_runs_of_the_claims_of_the_cluster(world: World) -> None:
    backed_up(world)
    backed_up(world, file_system=OTHER_FS, state=PointState.FAILED, why="AWS Backup failed 3 jobs: EXPIRED")
    world.clock.now = SLOT + timedelta(hours=2)
    shown = report(world)
    (policy,) = [item for item in shown.policies if item.name == "shared"]
    assert policy.last_run is not None
    assert (policy.last_run.slot, policy.last_run.state) == (SLOT, RunState.PARTIALLY_FAILED)
    assert (policy.last_run.ready, policy.last_run.failed, policy.last_run.total) == (1, 1, 2)
    assert [run.slot for run in policy.runs] == [SLOT]
    states = {claim.claim: (claim.state, claim.days[-1]) for claim in shown.claims}
    assert states["photos"] == (ClaimState.PROTECTED, Day.GOOD)
    assert states["mail"] == (ClaimState.FAILING, Day.FAILED)
    (failing,) = [claim for claim in shown.claims if claim.claim == "mail"]
    assert "policy shared failed at 2026-11-24 18:00 UTC: AWS Backup failed 3 jobs: EXPIRED" in failing.reason


def test_a_failure_is_over_with_the_next_good_backup(world: World) -> None:
    backed_up(world, state=PointState.FAILED, why="EXPIRED")
    backed_up(world, SLOT + DAY)
    world.clock.now = SLOT + DAY + timedelta(hours=2)
    (photos,) = [claim for claim in report(world).claims if claim.claim == "photos"]
    assert photos.state is ClaimState.PROTECTED
    assert photos.restore == Suggestion(
        "snapkeep restore --claim photos --cluster myeks --namespace web --as photos-restored --look"
    )


def test_backups_of_a_rare_schedule_are_found(world: World) -> None:
    backed_up(world)
    world.clock.now = SLOT + 300 * DAY
    found = covered(world, "photos")
    assert found.last_good is not None and found.last_good.slot == SLOT


def test_the_newest_good_backup_and_what_came_after_it_are_the_points_of_a_claim(world: World) -> None:
    backed_up(world, SLOT - DAY)
    backed_up(world)
    backed_up(world, SLOT + DAY, state=PointState.FAILED, why="EXPIRED")
    backed_up(world, SLOT + DAY, file_system=OTHER_FS)
    world.clock.now = SLOT + DAY + timedelta(hours=2)
    claim = gather_report(world.ports()).claim("myeks", "web", "photos")
    failed, good = claim.points
    assert (failed.slot, failed.state, failed.trouble) == (SLOT + DAY, PointState.FAILED, "EXPIRED")
    assert (good.slot, good.state, good.file_system) == (SLOT, PointState.READY, FS)
    assert good.reasons == (NEWEST, CAVEAT)
    assert claim.restore is not None and "--claim photos" in claim.restore.command
    assert {one.claim: len(one.points) for one in report(world).claims} == {"photos": 2, "mail": 1, "data": 0}


def test_a_deleted_claim_can_be_restored_from_the_backup_of_its_file_system(world: World) -> None:
    backed_up(world)
    world.cluster.claim_list = []
    claim = gather_report(world.ports()).claim("myeks", "web", "photos")
    assert claim.state is ClaimState.GONE
    assert claim.restore is not None and "--as photos --look" in claim.restore.command


def test_backups_of_a_policy_that_was_renamed_are_shown(world: World) -> None:
    backed_up(world)
    world.deployment = replace(
        world.deployment, policies=(world.policy, a_policy("files", method=Method.AWS_BACKUP))
    )
    world.clock.now = SLOT + 3 * DAY
    found = covered(world, "photos")
    assert (found.state, found.policies) == (Coverage.LATE, ("files",))
    assert "its last good recovery point is of 2026-11-24 18:00 UTC" in found.reason
    claim = gather_report(world.ports()).claim("myeks", "web", "photos")
    assert [point.policy for point in claim.points] == ["shared"]
    assert claim.restore is not None and "--claim photos" in claim.restore.command


def test_a_claim_whose_volume_moved_to_another_file_system_is_not_protected_by_the_first(
    world: World,
) -> None:
    backed_up(world)
    moved = replace(on_efs("photos", OTHER_FS), uid=PHOTOS.uid)
    world.cluster.claim_list = [moved, MAIL]
    world.clock.now = SLOT + timedelta(hours=1)
    found = covered(world, "photos")
    assert found.state is Coverage.LATE
    assert "it has no ready recovery point yet" in found.reason


def test_what_file_systems_store_is_counted_once_for_all_their_claims(world: World) -> None:
    claims = tuple(EfsClaim("myeks", "web", name, f"uid-{name}", "/") for name in ("photos", "videos"))
    backup = EfsBackup(FS, "shared", SLOT, "snapkeep", claims, SLOT, size_bytes=100 * GIB)
    world.journal.efs_backups.open_backup(replace(backup, state=PointState.READY, ended_at=SLOT))
    shown = report(world)
    assert shown.stored_on_efs == StoredOnEfs(1, 100 * GIB, 5.0)
    assert shown.stored == ()
    shared = {point.claim: point.reasons for claim in shown.claims for point in claim.points}
    assert shared["videos"][1] == "shared with 1 other claim"
