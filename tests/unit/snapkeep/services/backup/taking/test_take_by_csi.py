"""By csi: the name is journaled before the VolumeSnapshot is made, and what cannot be made goes by ebs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import NotAdmitted, TemporaryError
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import Method
from tests.fakes.world import World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.taking.test_take import planned


def test_the_name_of_a_volume_snapshot_is_journaled_before_it_is_made_and_stays() -> None:
    world = planned("mysql", method=Method.CSI)
    names = []

    def lose_the_answer(point: Point) -> str:
        names.append(point.volume_snapshot)
        assert world.point("mysql").volume_snapshot == point.volume_snapshot
        raise TemporaryError("no answer", timedelta())

    create, world.cluster.create_volume_snapshot = world.cluster.create_volume_snapshot, lose_the_answer  # type: ignore[method-assign]
    world.work()
    world.cluster.create_volume_snapshot = create  # type: ignore[method-assign]
    world.work()
    assert list(world.cluster.snapshots) == [("shop", names[0])]
    assert world.point("mysql").nonce == names[0].removeprefix(f"{world.point('mysql').id}-")


def test_two_points_have_two_nonces() -> None:
    world = planned("mysql", "wordpress", method=Method.CSI)
    world.work()
    assert len({point.nonce for point in world.points()} - {""}) == 2


def test_a_volume_snapshot_made_in_advance_keeps_no_point_from_its_own() -> None:
    world = planned("mysql", method=Method.CSI)
    point = world.point("mysql")
    world.cluster.put_foreign_snapshot("shop", point.id)
    (report,) = world.work()
    assert report.created == [point.id]
    own = world.point("mysql").volume_snapshot
    assert own != point.id and ("shop", own) in world.cluster.snapshots
    assert world.run_until_closed().ready == 1


def test_what_a_version_without_nonces_intended_keeps_its_name() -> None:
    world = planned("mysql", method=Method.CSI)
    point = world.point("mysql")
    held = world.journal.creations.lease(point, "old", world.clock() + timedelta(minutes=3), world.clock())
    assert held is not None
    world.cluster.create_volume_snapshot(world.journal.creations.write_intent(point, "old", world.clock()))
    world.wait(minutes=4)
    assert world.run_until_closed().ready == 1
    assert list(world.cluster.snapshots) == [("shop", point.id)]


@pytest.mark.parametrize("fallback", [True, False])
def test_where_somebody_took_an_old_name_the_point_goes_by_ebs_or_says_so(fallback: bool) -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=fallback))
    world.backup()
    point = world.point("mysql")
    world.journal.creations.lease(point, "old", world.clock() + timedelta(minutes=3), world.clock())
    world.journal.creations.write_intent(point, "old", world.clock())
    world.cluster.put_foreign_snapshot("shop", point.id)
    world.wait(minutes=4)
    run = world.run_until_closed()
    assert (run.ready, run.failed) == ((1, 0) if fallback else (0, 1))
    assert "not ours" in (world.point("mysql").method_reason if fallback else world.point("mysql").reason)
    assert ("shop", point.id) in world.cluster.snapshots


def test_a_volume_snapshot_that_a_quota_refuses_is_taken_by_ebs_where_the_policy_allows_it() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=True))
    world.backup()
    world.cluster.fail_next("create_volume_snapshot", NotAdmitted("exceeded quota: team"))
    world.work()
    world.work()
    point = world.point("mysql")
    assert (point.method, point.method_reason) == (
        Method.EBS,
        "by ebs instead of csi: exceeded quota: team",
    )
    assert world.cluster.snapshots == {}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_without_a_fall_back_the_refusal_fails_the_point_in_its_words() -> None:
    world = planned("mysql", method=Method.CSI)
    world.cluster.fail_next("create_volume_snapshot", NotAdmitted("exceeded quota: team"))
    world.work()
    assert (world.point("mysql").state, world.point("mysql").reason) == (
        PointState.FAILED,
        "exceeded quota: team",
    )
