"""Healing what the snapshot controller or the EBS CSI driver does late, never or refuses."""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import PermanentError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from tests.unit.snapkeep.services.backup.healing.worlds import healed, taken

SIDECAR = "Failed to create snapshot: failed to take snapshot of the volume vol-mysql: "
REFUSAL = (
    f'{SIDECAR}"rpc error: code = InvalidArgument desc = '
    "Invalid tag value: tag key 'ebs.csi.aws.com/cluster-name' is reserved\""
)
THROTTLED = (
    f'{SIDECAR}"rpc error: code = Internal desc = Could not create snapshot: '
    'api error RequestLimitExceeded: Request limit exceeded."'
)


def test_a_csi_points_snapshot_is_learned_from_its_volume_snapshot() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.run_driver(world.ebs)
    assert healed(world) == {"still pending": 1}
    point = world.point("mysql")
    assert point.snapshot_id
    assert tags.missing_tags(world.ebs.all[point.snapshot_id].tags, point) == {}


def test_a_driver_is_given_its_time() -> None:
    world = taken("mysql", method=Method.CSI)
    world.wait(minutes=10)
    assert healed(world) == {"not bound yet": 1}


def test_without_a_controller_csi_points_fail_with_the_reason() -> None:
    world = taken("mysql", method=Method.CSI)
    world.wait(minutes=15)
    assert healed(world) == {"failed": 1}
    reason = world.point("mysql").reason
    assert reason.startswith("the snapshot controller did not process the VolumeSnapshot within 10 minutes")
    assert reason.endswith("is it installed and running?")
    assert world.pending_of_pace() == 0
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_a_throttled_driver_is_waited_for_where_nobody_else_would_take_the_point() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.bind("rpc error: RequestLimitExceeded")
    for _ in range(9):
        world.wait(minutes=15)
        assert healed(world) == {"not cut yet": 1}
    world.finish_snapshots()
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]


def test_a_driver_that_cuts_nothing_in_six_hours_fails_its_point_with_its_words() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.bind("rpc error: RequestLimitExceeded")
    world.wait(hours=6, minutes=1)
    assert healed(world) == {"failed": 1}
    reason = "the EBS CSI driver did not process the VolumeSnapshot within 360 minutes"
    assert world.point("mysql").reason == f"{reason}: rpc error: RequestLimitExceeded"


def test_where_ebs_may_take_the_point_a_driver_is_not_waited_for() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.cluster.bind("rpc error: RequestLimitExceeded")
    world.wait(minutes=15)
    assert healed(world) == {"taken by ebs instead": 1}


def test_the_controllers_own_words_are_in_the_reason() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.report_error(
        "shop", world.point("mysql").volume_snapshot, "failed to check the source volume"
    )
    world.wait(minutes=15)
    world.reconcile()
    assert world.point("mysql").reason.endswith("in 10 minutes: failed to check the source volume")


def test_without_a_controller_a_policy_may_fall_back_to_ebs() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.wait(minutes=15)
    assert healed(world) == {"taken by ebs instead": 1}
    point = world.point("mysql")
    assert point.method is Method.EBS and point.method_reason.startswith(
        "by ebs instead of csi: the snapshot"
    )
    assert world.pending_of_pace() == 0
    world.work()
    assert world.pending_of_pace() == 1
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_driver_that_cuts_after_the_fallback_makes_a_twin_that_is_marked_and_pruned() -> None:
    """The cluster of old manifests does not let us remove the VolumeSnapshot."""
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.wait(minutes=15)
    world.reconcile()
    world.cluster.fail_next("withdraw_volume_snapshot", PermanentError("forbidden: apply the manifests"))
    world.work()
    ours = world.point("mysql").snapshot_id
    world.finish_snapshots()  # the driver cuts its own now, and both complete
    (twin,) = set(world.ebs.all) - {ours}
    assert world.ebs.all[twin].tags[tags.DUPLICATE] == "true"
    assert [pruned.deleted for pruned in world.prune().duplicates] == [True]
    assert [snapshot.id for snapshot in world.counted()["mysql"]] == [ours]


def test_a_driver_that_wakes_up_before_the_fallback_job_ran_gives_the_point_its_snapshot() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.wait(minutes=15)
    world.reconcile()
    world.finish_snapshots()
    world.work()
    assert len(world.ebs.all) == 1
    assert world.states() == {"mysql": PointState.READY}


def test_what_the_driver_refuses_for_good_is_not_waited_for() -> None:
    for fallback, done in ((True, "taken by ebs instead"), (False, "failed")):
        world = taken("mysql", method=Method.CSI, csi_fallback=fallback)
        world.cluster.refusal = REFUSAL
        world.cluster.run_driver(world.ebs)
        world.wait(minutes=1)
        assert healed(world) == {done: 1}
        point = world.point("mysql")
        assert (point.method_reason or point.reason).endswith(
            "the EBS CSI driver refuses its VolumeSnapshot: "
            "Invalid tag value: tag key 'ebs.csi.aws.com/cluster-name' is reserved"
        )
        world.work()
        assert not world.cluster.snapshots and not world.cluster.contents
        assert world.run_until_closed().state is (RunState.COMPLETED if fallback else RunState.FAILED)


def test_a_driver_that_is_throttled_for_two_hours_is_waited_for_as_any_other() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.cluster.refusal = THROTTLED
    world.cluster.run_driver(world.ebs)
    world.wait(minutes=9)
    assert healed(world) == {"not bound yet": 1}
    assert len(world.cluster.snapshots) == 1

    world.wait(minutes=6)
    assert healed(world) == {"taken by ebs instead": 1}
    world.ebs.fail_next("create", *[Throttled("RequestLimitExceeded")] * 60)
    for _ in range(60):  # EC2 throttles everybody
        world.work()
        world.wait(minutes=2)
    assert world.states() == {"mysql": PointState.PLANNED}

    world.cluster.refusal = ""
    assert world.run_until_closed().state is RunState.COMPLETED
    assert len(world.ebs.all) == len(world.counted()["mysql"]) == 1


def test_a_driver_whose_throttling_ends_in_time_gives_the_point_its_snapshot() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.cluster.refusal = THROTTLED
    world.cluster.run_driver(world.ebs)
    world.wait(minutes=9)
    world.reconcile()
    world.cluster.refusal = ""
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.point("mysql").method is Method.CSI
