"""Completion: what EC2 says becomes the state of the point, and only of the point it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import Forbidden, TemporaryError
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.policies import USUAL_NAME, Method
from snapkeep.services.backup.complete import Settled
from tests.fakes.world import World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.completions import only, taken


def test_a_completed_snapshot_makes_the_point_ready_and_closes_the_run() -> None:
    world = taken()
    world.ebs.complete()
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    run = world.the_run()
    assert run is not None and (run.state, run.announced) == (RunState.COMPLETED, True)
    assert world.pending_of_pace() == 0


def test_the_same_event_again_changes_nothing() -> None:
    world = taken()
    world.ebs.complete()
    for _ in range(3):
        assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    assert (world.the_run().ready, len(world.announcer.closed)) == (1, 1)  # type: ignore[union-attr]


def test_an_event_before_ec2_shows_the_snapshot_is_delivered_again() -> None:
    world = taken(lag=timedelta(seconds=60))
    world.ebs.complete()
    with pytest.raises(TemporaryError, match="does not show"):
        world.complete_points.on_event(only(world), finished=True)
    world.wait(seconds=60)
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY


def test_a_snapshot_that_ended_lets_the_next_one_go_before_ec2_shows_its_end() -> None:
    world = taken()
    for _ in range(2):
        with pytest.raises(TemporaryError):
            world.complete_points.on_event(only(world), finished=True)
        assert world.pending_of_pace() == 0
    world.pacer.take(3, world.clock())
    world.ebs.complete()
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    assert world.pending_of_pace() == 3


def test_an_end_that_ec2_does_not_show_yet_is_delivered_again() -> None:
    world = taken()
    with pytest.raises(TemporaryError, match=r"still shows .* as pending"):
        world.complete_points.on_event(only(world), finished=True)
    assert world.complete_points.on_event(only(world), finished=False) is Settled.PENDING
    assert world.point("mysql").state is PointState.PENDING


def test_a_failed_snapshot_fails_its_point_with_ec2s_reason() -> None:
    world = taken()
    world.ebs.break_snapshot(only(world), "the KMS key is disabled")
    assert world.complete_points.on_event(only(world), finished=True) is Settled.FAILED
    assert world.point("mysql").reason == f"EC2 failed {only(world)}: the KMS key is disabled"
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_snapshots_of_others_are_ignored_and_not_touched() -> None:
    world = taken()
    foreign = world.ebs.create("vol-mysql", {"Name": "by hand", "snapkeep:managed": "no"}, "")
    assert world.complete_points.on_event(foreign.id, finished=True) is Settled.NOT_OURS
    assert world.ebs.all[foreign.id].tags == foreign.tags


@pytest.mark.parametrize("copied", [{}, {tags.CLUSTER: "myeks"}, {tags.RUN: ""}, {"Name": "mysql"}])
def test_what_only_inherited_the_tags_of_its_volume_is_dropped_at_once(copied: dict[str, str]) -> None:
    world = taken()
    foreign = world.ebs.create("vol-mysql", {tags.MANAGED: "true"} | copied, "by AWS Backup")
    world.ebs.complete()
    assert world.complete_points.on_event(foreign.id, finished=True) is Settled.NOT_OURS
    assert world.ebs.all[foreign.id].tags == foreign.tags


@pytest.mark.parametrize(
    "poison",
    [
        {tags.POINT: "x" * 256},
        {tags.POINT: "../../etc\n{{ . }}", tags.SLOT: "yesterday"},
        {tags.RUN: "another.deployment.20261124T180000Z"},
        {tags.SNAPSHOT_NAMESPACE: "shop", tags.SNAPSHOT_NAME: "made-by-hand-with-our-class"},
    ],
)
def test_tags_that_make_no_sense_end_in_unknown_and_stop_coming_back(poison: dict[str, str]) -> None:
    world = taken()
    strange = world.ebs.create("vol-mysql", {tags.MANAGED: "true"} | poison, "")
    world.ebs.complete()
    with pytest.raises(TemporaryError, match="journal does not show"):
        world.complete_points.on_event(strange.id, finished=True)
    world.wait(minutes=4)  # EventBridge's event has five attempts, a minute apart
    assert world.complete_points.on_event(strange.id, finished=True) is Settled.UNKNOWN
    assert world.ebs.all[strange.id].tags == strange.tags
    assert world.point("mysql").state is PointState.PENDING


def test_a_volume_snapshot_named_after_somebody_elses_point_is_not_taken_for_it() -> None:
    """A user of one namespace makes a VolumeSnapshot of our class with the name of another's point."""
    world = taken(Method.CSI)
    point = world.point("mysql")
    world.ebs.add_volume("vol-attacker")
    filled = tags.class_tags("myeks", USUAL_NAME) | {
        tags.SNAPSHOT_NAMESPACE: "evil",
        tags.SNAPSHOT_NAME: point.id,
    }
    fake = world.ebs.create("vol-attacker", filled, "")
    world.ebs.complete()
    world.wait(minutes=20)
    assert world.complete_points.on_event(fake.id, finished=True) is Settled.UNKNOWN
    assert world.point("mysql").snapshot_id == ""


def test_a_csi_points_snapshot_is_found_by_its_name_and_its_tags_completed() -> None:
    world = taken(Method.CSI)
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    point = world.point("mysql")
    assert point.snapshot_id == only(world)
    assert tags.missing_tags(world.ebs.all[only(world)].tags, point) == {}


def test_a_group_members_snapshot_without_its_claims_tags_is_found_by_its_volume() -> None:
    world = World(a_claim("a", labels={"app": "x"}), a_claim("b", labels={"app": "x"}))
    world = World(*world.cluster.claim_list, policy=a_policy(group_label="app"))
    for volume in ("vol-a", "vol-b"):
        world.ebs.add_volume(volume, instance="i-1")
    world.backup()
    world.ebs.lose_answer("create_group")
    world.work()
    world.finish_snapshots()
    assert world.states() == {"a": PointState.READY, "b": PointState.READY}
    for point in world.points():
        assert tags.missing_tags(world.ebs.all[point.snapshot_id].tags, point) == {}


def refused_once(world: World, then: dict[str, str]) -> None:
    """Let EC2 refuse to write tags, as IAM makes it where a point is named; `then` are the true tags."""
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    snapshot_id, seen, lagging = only(world), world.ebs.get, world.ebs.all[only(world)]
    looks = iter([lagging])

    def get(wanted: str) -> Snapshot | None:
        return next(looks, None) or seen(wanted)

    world.ebs.get = get  # type: ignore[method-assign]
    world.ebs.all[snapshot_id] = replace(lagging, tags=lagging.tags | then)
    world.ebs.fail_next("add_tags", Forbidden("CreateTags: UnauthorizedOperation"))


def test_an_announcer_that_is_down_never_fails_a_backup() -> None:
    world = taken()
    world.announcer.fail_next("run_closed", TemporaryError("PutEvents: no answer"))
    world.finish_snapshots()
    run = world.the_run()
    assert run is not None and (run.state, run.announced) == (RunState.COMPLETED, False)
    world.reconcile()
    assert [closed.id for closed, _ in world.announcer.closed] == [run.id]
    assert world.the_run().announced  # type: ignore[union-attr]


def test_a_ready_point_stays_ready_whatever_becomes_of_its_snapshot() -> None:
    world = taken()
    world.finish_snapshots()
    snapshot = world.ebs.all[only(world)]
    world.ebs.all[snapshot.id] = replace(snapshot, tags=snapshot.tags | {"Name": "x"})
    world.ebs.break_snapshot(snapshot.id)
    world.complete_points.on_event(snapshot.id, finished=True)
    assert world.point("mysql").state is PointState.READY
