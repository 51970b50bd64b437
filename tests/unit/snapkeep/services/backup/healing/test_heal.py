"""Healing: what an event, a job or a driver lost is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method, Pace
from snapkeep.ports.points import Creation
from tests.fakes.world import World, a_claim, a_policy, on_one_volume

SIDECAR = "Failed to create snapshot: failed to take snapshot of the volume vol-mysql: "
REFUSAL = (
    f'{SIDECAR}"rpc error: code = InvalidArgument desc = '
    "Invalid tag value: tag key 'ebs.csi.aws.com/cluster-name' is reserved\""
)
THROTTLED = (
    f'{SIDECAR}"rpc error: code = Internal desc = Could not create snapshot: '
    'api error RequestLimitExceeded: Request limit exceeded."'
)


def taken(*names: str, method: Method = Method.EBS, csi_fallback: bool = False) -> World:
    world = World(
        *[a_claim(name) for name in names], policy=a_policy(method=method, csi_fallback=csi_fallback)
    )
    world.backup()
    world.work()
    return world


def healed(world: World) -> dict[str, int]:
    """What one reconcile did for the usual run."""
    run = world.the_run()
    assert run is not None
    return world.reconcile().healed.get(run.id, {})


def test_lost_events_are_healed() -> None:
    world = taken("mysql", "wordpress")
    world.finish_snapshots(events=False)
    assert healed(world) == {"ready": 2}
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]


def test_what_is_settled_already_is_not_settled_again() -> None:
    world = taken("mysql", "wordpress")
    world.ebs.complete(world.point("mysql").snapshot_id)
    world.event(world.point("mysql").snapshot_id)
    assert healed(world) == {"still pending": 1}


def test_one_snapshot_that_cannot_be_settled_never_stops_the_others() -> None:
    world = taken("mysql", "wordpress", method=Method.CSI)
    world.finish_snapshots(events=False)
    world.ebs.fail_next("add_tags", TemporaryError("CreateTags: no answer"))
    assert healed(world) == {"not settled": 1, "ready": 1}
    assert healed(world) == {"ready": 1}


def test_a_listing_that_breaks_decides_nothing_and_is_tried_again() -> None:
    world = taken("mysql")
    world.finish_snapshots(events=False)
    world.ebs.fail_next("find", TemporaryError("page 2 did not come"))
    report = world.reconcile()
    assert report.errors == [f"{world.the_run().id}: page 2 did not come"]  # type: ignore[union-attr]
    assert world.point("mysql").state is PointState.PENDING
    assert healed(world) == {"ready": 1}


def test_a_job_that_was_lost_is_sent_again_after_twenty_minutes() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.queue.sent.clear()
    world.wait(minutes=20)
    assert healed(world) == {}
    world.wait(minutes=1)
    assert healed(world) == {"sent again": 1}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_group_that_lost_its_job_is_sent_again_whole() -> None:
    claims = [a_claim(name, labels={"app": "x"}) for name in ("a", "b")]
    world = World(*claims, policy=a_policy(group_label="app"))
    world.backup()
    world.queue.sent.clear()
    world.wait(minutes=21)
    world.reconcile()
    (job,) = world.queue.jobs
    assert (job.group, len(job.points)) == ("shop/x", 2)


def test_a_group_whose_create_is_in_the_air_is_not_sent_again_in_parts() -> None:
    claims = [a_claim(name, labels={"app": "x"}) for name in ("a", "b")]
    world = World(*claims, policy=a_policy(group_label="app"))
    for name in ("a", "b"):
        world.ebs.add_volume(f"vol-{name}", instance="i-1")
    world.backup()
    world.wait(minutes=21)
    world.ebs.fail_next("create_group", TemporaryError("no answer"))
    world.work()
    assert healed(world) == {}
    (job,) = world.queue.jobs
    assert len(job.points) == 2
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.ebs.calls["create"] == 0


def test_points_that_wait_for_the_pace_are_not_sent_again_and_again() -> None:
    world = World(*[a_claim(name) for name in "abc"], pace=Pace(per_second=100, burst=50, pending=1))
    world.backup()
    world.work()
    world.wait(minutes=60)  # one slow first snapshot keeps the others waiting
    assert "sent again" not in healed(world)
    assert len(world.queue.jobs) == 1


def test_a_late_snapshot_is_told_and_not_failed() -> None:
    world = taken("mysql")
    world.wait(hours=2)
    assert healed(world) == {"still pending": 1, "late": 1}
    world.finish_snapshots()
    assert world.states() == {"mysql": PointState.READY}


def test_a_snapshot_that_somebody_deleted_fails_its_point_once_ec2_had_time_to_show_it() -> None:
    world = taken("mysql")
    snapshot_id = world.point("mysql").snapshot_id
    world.ebs.delete(snapshot_id)
    assert healed(world) == {}
    world.wait(minutes=6)
    assert healed(world) == {"failed": 1}
    assert world.point("mysql").reason == f"its snapshot {snapshot_id} was deleted before it was ready"
    assert world.pending_of_pace() == 0


def test_a_snapshot_that_lost_its_run_tag_is_found_by_its_id() -> None:
    world = taken("mysql")
    world.ebs.add_tags(world.point("mysql").snapshot_id, {tags.RUN: "edited"})
    world.finish_snapshots(events=False)
    assert healed(world) == {"ready": 1}


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


def failed_for_want_of_a_controller() -> World:
    """A csi point that failed after 15 minutes; its VolumeSnapshot was not withdrawn yet."""
    world = taken("mysql", method=Method.CSI)
    world.wait(minutes=15)
    assert healed(world) == {"failed": 1}
    assert world.the_run().announced  # type: ignore[union-attr]
    return world


@pytest.mark.parametrize("events", [True, False])
def test_a_failed_point_takes_the_late_snapshot_of_its_volume_snapshot(events: bool) -> None:
    world = failed_for_want_of_a_controller()
    world.queue.sent.clear()
    world.wait(hours=2)
    world.cluster.run_driver(world.ebs)
    (snapshot,) = world.ebs.all.values()
    world.complete_points.on_event(snapshot.id, finished=False)
    world.finish_snapshots(events=events)
    world.reconcile()
    assert world.point("mysql").reason == ""
    assert list(world.counted()) == ["mysql"]
    run = world.the_run()
    assert run is not None and (run.ready, run.failed, run.late) == (1, 0, 0)
    assert [ended for _, ended in world.announcer.late_ended] == [1]
    assert list(world.journal.runs.open_runs()) == []


def test_a_late_snapshot_whose_events_are_lost_is_found_while_it_is_pending() -> None:
    world = failed_for_want_of_a_controller()
    world.queue.sent.clear()
    world.wait(hours=2)
    world.cluster.run_driver(world.ebs)
    world.reconcile()
    assert world.states() == {"mysql": PointState.PENDING}
    world.finish_snapshots(events=False)
    world.reconcile()
    assert list(world.counted()) == ["mysql"]


def test_a_volume_snapshot_of_a_withdrawn_ones_name_makes_no_point() -> None:
    world = failed_for_want_of_a_controller()
    point = world.point("mysql")
    world.work()
    assert world.point("mysql").withdrawn
    world.cluster.create_volume_snapshot(point)  # whoever may use our class can name one so
    world.finish_snapshots()
    assert world.counted() == {}
    assert world.states() == {"mysql": PointState.FAILED}


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


def test_a_namespace_that_was_deleted_takes_no_backup_with_it() -> None:
    """The VolumeSnapshot is gone before anybody read its snapshot's id; the class retains."""
    world = taken("mysql", method=Method.CSI)
    world.cluster.run_driver(world.ebs)
    world.cluster.snapshots.clear()
    world.wait(minutes=20)  # a long first snapshot: EC2 sends no event yet
    assert healed(world) == {"still pending": 1}
    world.finish_snapshots()
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]
    assert len(world.counted()["mysql"]) == 1


def test_a_volume_snapshot_deleted_before_anything_was_cut_fails_its_point() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.snapshots.clear()
    world.wait(minutes=15)
    assert healed(world) == {"failed": 1}
    assert world.point("mysql").reason.endswith("was deleted")


def test_a_cluster_that_is_silent_for_a_while_fails_nothing() -> None:
    world = taken("mysql", "wordpress", method=Method.CSI)
    world.clusters.unreachable.add("myeks")
    world.wait(hours=5)
    assert healed(world) == {"not followed": 1}
    world.clusters.unreachable.clear()
    world.finish_snapshots()
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]


def test_a_cluster_that_stays_silent_leaves_it_to_ec2_to_say_what_was_cut() -> None:
    world = taken("cut", "not-cut", method=Method.CSI)
    missing = world.point("not-cut").volume_snapshot
    del world.cluster.snapshots["shop", missing]
    world.cluster.run_driver(world.ebs)
    world.clusters.unreachable.add("myeks")
    world.wait(hours=7)
    assert healed(world) == {"not followed": 1, "still pending": 1, "failed": 1}
    assert "did not answer" in world.point("not-cut").reason
    world.finish_snapshots()
    assert world.states() == {"cut": PointState.READY, "not-cut": PointState.FAILED}


@pytest.mark.parametrize("where", ["clusters", "cluster"])
def test_a_cluster_that_refuses_us_for_good_does_not_keep_the_run_open(where: str) -> None:
    world = taken("mysql", method=Method.CSI)
    refusal = PermanentError("volumesnapshots: forbidden; apply `snapkeep manifests`")
    world.wait(minutes=15)
    if where == "clusters":
        world.clusters.fail_next("open", refusal)
    else:
        world.cluster.fail_next("volume_snapshot", refusal)
    assert healed(world) == {"failed": 1}
    assert refusal.reason in world.point("mysql").reason


@pytest.mark.parametrize("error", [ClusterUnreachable("no answer"), Throttled("429")])
def test_a_cluster_that_goes_silent_in_the_middle_keeps_what_was_learned(error: TemporaryError) -> None:
    world = taken("a", "b", method=Method.CSI)
    world.cluster.run_driver(world.ebs)
    volume_snapshot = world.cluster.volume_snapshot
    answers = iter([None, error])

    def then_silent(namespace: str, name: str) -> object:
        trouble = next(answers, None)
        if trouble:
            raise trouble
        return volume_snapshot(namespace, name)

    world.cluster.volume_snapshot = then_silent  # type: ignore[method-assign, assignment]
    assert healed(world) == {"still pending": 1, "not followed": 1}
    assert healed(world) == {"still pending": 2}


def test_the_pace_is_set_to_what_ec2_shows() -> None:
    world = taken("a", "b")
    world.pacer.take(40, world.clock())  # somebody died before giving these back
    world.reconcile()
    assert world.pending_of_pace() == 2
    world.finish_snapshots()
    assert world.pending_of_pace() == 0


def test_the_pace_remembers_volume_snapshots_that_the_driver_has_not_cut_yet() -> None:
    world = World(
        *[a_claim(f"claim-{number}") for number in range(12)],
        policy=a_policy(method=Method.CSI),
        pace=Pace(per_second=100, burst=50, pending=4),
    )
    world.backup()
    for _ in range(3):
        world.work()
        world.reconcile()
        world.wait(minutes=1)

    assert len(world.cluster.snapshots) == world.pending_of_pace() == 4

    world.cluster.run_driver(world.ebs)
    world.reconcile()
    assert world.pending_of_pace() == 4


def test_a_pace_that_cannot_be_counted_stays_as_it_is() -> None:
    world = taken("a")
    world.wait(minutes=1)
    world.finish_snapshots()
    world.pacer.take(3, world.clock())
    world.ebs.fail_next("find", TemporaryError("no answer"))
    assert world.reconcile().errors == ["pace: no answer"]
    assert world.pending_of_pace() == 3


def test_points_whose_policy_was_removed_are_still_healed() -> None:
    world = taken("mysql", method=Method.CSI)
    object.__setattr__(world.deployment, "policies", ())
    world.wait(minutes=timedelta(minutes=15).seconds / 60)
    assert healed(world) == {"failed": 1}


def test_a_point_that_is_planned_again_gives_its_place_in_the_pace_back() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.wait(minutes=15)
    run = world.the_run()
    assert run is not None and world.pending_of_pace() == 1
    world.reconciler.heal_points.heal(run)
    assert world.pending_of_pace() == 0


@pytest.mark.parametrize(
    ("edited", "end"),
    [
        ({tags.POINT: "another"}, "failed"),
        ({tags.POINT: "", tags.RUN: ""}, "failed"),
        ({tags.RUN: "another"}, "ready"),
    ],
)
def test_tags_that_somebody_edited_do_not_keep_a_run_open(edited: dict[str, str], end: str) -> None:
    """The journal knows whose snapshot it is; what a point needs is written once and cannot be mended."""
    world = taken("mysql")
    (snapshot_id,) = world.ebs.all
    world.ebs.add_tags(snapshot_id, edited)
    world.ebs.complete()
    assert healed(world)[end] == 1
    assert world.the_run().state.is_final  # type: ignore[union-attr]
    assert edited.items() <= world.ebs.all[snapshot_id].tags.items()


def test_a_points_own_snapshot_that_somebody_marked_as_a_duplicate_fails_it() -> None:
    world = taken("mysql")
    (snapshot_id,) = world.ebs.all
    world.ebs.add_tags(snapshot_id, {tags.DUPLICATE: "true"})
    world.ebs.complete()
    assert healed(world)["failed"] == 1
    assert world.point("mysql").reason == f"somebody marked its snapshot {snapshot_id} as a duplicate"
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_two_points_that_an_older_version_gave_one_snapshot_end_and_the_second_says_why() -> None:
    world = World(*on_one_volume("a", "b"))
    world.backup()
    first, second = world.points()
    cut = world.ebs.create("vol-a", tags.full_tags(first), "")
    world.journal.creations.write_created(
        first.run, [Creation(point.id, cut.id) for point in (first, second)]
    )
    world.queue.receive()
    world.ebs.complete()
    world.reconcile()
    assert world.states() == {"a": PointState.READY, "b": PointState.FAILED}
    assert world.point("b").reason == f"its snapshot {cut.id} belongs to shop/a, which uses the same volume"
    assert world.the_run().state is RunState.PARTIALLY_FAILED  # type: ignore[union-attr]


def cut_by_driver(world: World) -> str:
    world.cluster.run_driver(world.ebs)
    (snapshot_id,) = world.ebs.all
    return snapshot_id


def test_a_volume_snapshot_whose_snapshot_was_deleted_before_anybody_saw_it_ends_its_point() -> None:
    world = taken("mysql", method=Method.CSI)
    del world.ebs.all[cut_by_driver(world)]
    assert healed(world) == {"not visible yet": 1}
    world.wait(minutes=11)
    assert healed(world)["failed"] == 1
    assert "was deleted before it was ready" in world.point("mysql").reason


def test_a_twin_counts_once_the_snapshot_that_is_named_cannot_come_any_more() -> None:
    world = taken("mysql", method=Method.CSI)
    named = cut_by_driver(world)
    twin = world.cluster.cut_one(world.ebs, "shop", world.point("mysql").volume_snapshot)
    del world.ebs.all[named]
    world.ebs.complete()
    assert healed(world) == {"not visible yet": 1}
    world.wait(minutes=11)
    assert healed(world) == {"ready": 1}
    assert (world.point("mysql").snapshot_id, world.point("mysql").method) == (twin, Method.CSI)


@pytest.mark.parametrize("csi_fallback", [False, True])
def test_a_class_that_lost_our_tags_is_named_and_does_not_keep_the_run_open(csi_fallback: bool) -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=csi_fallback)
    snapshot_id = cut_by_driver(world)
    untagged = {"ebs.csi.aws.com/cluster": "true"}
    world.ebs.all[snapshot_id] = replace(world.ebs.all[snapshot_id], tags=untagged)
    world.ebs.complete()
    assert healed(world) == {"not ours": 1}
    world.wait(minutes=11)
    healed(world)
    point = world.point("mysql")
    assert "apply the manifests again" in (point.method_reason if csi_fallback else point.reason)
    assert world.run_until_closed().state is (RunState.COMPLETED if csi_fallback else RunState.FAILED)


def test_points_whose_time_is_over_fail_although_the_pace_is_used_up() -> None:
    world = World(a_claim("mysql"), pace=Pace(per_second=0.1, burst=2, pending=2))
    world.backup()
    world.queue.receive()  # the job is lost
    for _ in range(4 * 7):
        world.pacer.take(2, world.clock())
        world.pacer.correct(2)  # others use up what there is, all the time
        run = world.the_run()
        assert run is not None
        world.reconciler.heal_points.heal(run)
        world.work()
        world.wait(minutes=15)
    assert world.point("mysql").reason.startswith("not created within 6 hours")
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]
