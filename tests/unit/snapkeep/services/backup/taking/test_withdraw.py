"""Withdrawing VolumeSnapshots before ebs takes over, and after csi failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import ClusterUnreachable
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.services.backup.taking.withdraw import CUT_AFTER_ALL, LOOK_AGAIN
from tests.fakes.world import World, a_claim, a_policy

REFUSAL = "rpc error: code = InvalidArgument desc = Invalid tag value"


def refused(*, fallback: bool = True) -> World:
    """A point whose VolumeSnapshot the driver refuses, which reconcile has seen; its job is in the queue."""
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=fallback))
    world.backup()
    world.work()
    world.cluster.refusal = REFUSAL
    world.cluster.run_driver(world.ebs)
    world.wait(minutes=1)
    world.reconcile()
    return world


def content_of(world: World) -> str:
    (content,) = world.cluster.contents
    return content


@pytest.mark.parametrize("held", ["volume snapshot", "content"])
def test_ebs_waits_until_both_objects_are_seen_gone(held: str) -> None:
    world = refused()
    name = world.point("mysql").volume_snapshot if held == "volume snapshot" else content_of(world)
    world.cluster.hold(name, "snapshot.storage.kubernetes.io/bound-protection")

    for _ in range(3):
        (report,) = world.work()
        assert (report.created, report.delay) == ([], LOOK_AGAIN)
        assert not world.ebs.all
        world.wait(seconds=10)
    assert world.pending_of_pace() == 0

    world.cluster.let_go(name)
    world.work()
    assert [snapshot.id for snapshot in world.ebs.all.values()] == [world.point("mysql").snapshot_id]


def test_a_class_mended_one_second_after_the_fallback_still_makes_one_snapshot() -> None:
    """Between reconcile and the job the driver cuts: that snapshot is the point's, and its objects stay."""
    world = refused()
    world.cluster.refusal = ""
    world.cluster.run_driver(world.ebs)
    world.wait(seconds=1)
    world.work()

    point, (content,) = world.point("mysql"), world.cluster.contents.values()
    assert (point.state, point.method_reason) == (PointState.PENDING, CUT_AFTER_ALL)
    assert list(world.ebs.all) == [point.snapshot_id] == [content.snapshot_id]
    world.finish_snapshots()
    assert world.states() == {"mysql": PointState.READY}


def test_a_snapshot_cut_while_the_objects_go_becomes_the_points() -> None:
    world = refused()
    content = content_of(world)
    world.cluster.hold(content, "snapshot.storage.kubernetes.io/bound-protection")
    world.work()
    world.cluster.refusal = ""
    world.cluster.run_driver(world.ebs)
    world.cluster.let_go(content)
    world.wait(seconds=10)
    world.work()

    assert not world.cluster.contents
    assert list(world.ebs.all) == [world.point("mysql").snapshot_id]
    world.finish_snapshots()
    assert world.states() == {"mysql": PointState.READY}


def test_a_cluster_that_does_not_answer_is_asked_again() -> None:
    world = refused()
    world.clusters.unreachable.add("myeks")
    (report,) = world.work()
    assert report.delay == ClusterUnreachable("").delay and not world.ebs.all

    world.clusters.unreachable.clear()
    world.wait(minutes=1)
    world.work()
    assert len(world.ebs.all) == 1 and not world.cluster.snapshots


def test_objects_that_never_go_end_in_a_failed_point_and_not_in_an_endless_one() -> None:
    world = refused()
    world.cluster.hold(content_of(world), "example.com/stuck")
    for _ in range(7):
        world.work()
        world.wait(hours=1)
    world.work()
    point = world.point("mysql")
    assert (point.state, point.reason) == (
        PointState.FAILED,
        "not created within 6 hours: EC2, the account's pace or its old VolumeSnapshot kept it waiting",
    )
    assert not world.queue.sent and not world.ebs.all


def test_a_point_that_failed_leaves_nothing_to_cut_either() -> None:
    world = refused(fallback=False)
    world.cluster.hold(content_of(world), "example.com/busy")
    world.work()
    world.cluster.let_go(content_of(world))
    world.wait(seconds=10)
    world.work()
    assert not world.cluster.snapshots and not world.cluster.contents and not world.queue.sent

    world.cluster.refusal = ""
    world.finish_snapshots()
    assert not world.ebs.all


def test_what_failed_is_not_asked_for_for_ever() -> None:
    world = refused(fallback=False)
    world.cluster.hold(content_of(world), "example.com/stuck")
    for _ in range(8):
        world.work()
        world.wait(hours=1)
    assert not world.queue.sent


def useless(world: World, how: str) -> None:
    """Let what the driver cut be no backup of the claim."""
    ((name, content),) = world.cluster.contents.items()
    if how == "deleted":
        del world.ebs.all[content.snapshot_id]
    elif how == "a duplicate":
        world.ebs.add_tags(content.snapshot_id, {tags.DUPLICATE: "true"})
    else:
        world.ebs.add_volume("vol-other")
        other = world.ebs.create("vol-other", world.ebs.all[content.snapshot_id].tags, "")
        del world.ebs.all[content.snapshot_id]
        world.cluster.contents[name] = replace(content, snapshot_id=other.id)
        for key, found in world.cluster.snapshots.items():
            world.cluster.snapshots[key] = replace(found, snapshot_id=other.id)


@pytest.mark.parametrize("how", ["deleted", "a duplicate", "of another volume"])
def test_what_csi_was_given_up_for_never_comes_back_as_the_points_snapshot(how: str) -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=True))
    world.backup()
    world.work()
    world.cluster.run_driver(world.ebs)
    useless(world, how)
    world.wait(minutes=11)
    world.reconcile()

    assert world.run_until_closed().state is RunState.COMPLETED
    point, (counted,) = world.point("mysql"), world.counted()["mysql"]
    assert (point.state, point.snapshot_id, counted.volume_id) == (
        PointState.READY,
        counted.id,
        point.volume_id,
    )
    assert point.method_reason.startswith("by ebs instead of csi: its ")
    assert not world.cluster.snapshots and not world.cluster.contents


def test_a_snapshot_that_ec2_does_not_show_yet_is_no_deleted_one() -> None:
    world = refused()
    world.ebs.lag = timedelta(minutes=4)
    world.cluster.refusal = ""
    world.cluster.run_driver(world.ebs)
    world.wait(seconds=1)
    world.work()

    assert world.point("mysql").method_reason == CUT_AFTER_ALL
    assert world.run_until_closed().state is RunState.COMPLETED
    assert list(world.ebs.all) == [world.point("mysql").snapshot_id] and len(world.cluster.contents) == 1
