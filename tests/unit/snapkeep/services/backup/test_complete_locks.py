"""Completion under a lock: a point is locked before it counts."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import Forbidden, PermanentError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.services.backup.complete import Settled
from tests.fakes.world import World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.completions import only, taken

WEEK = Lock(LockMode.GOVERNANCE, 7)


def taken_under_lock() -> World:
    world = World(a_claim("mysql"), policy=a_policy(lock=WEEK))
    world.backup()
    world.work()
    world.ebs.complete()
    return world


def cut_by_a_driver_under_lock() -> World:
    """A csi point whose snapshot is complete, and carries only the tags of its class."""
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, lock=WEEK))
    world.backup()
    world.work()
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    return world


def test_a_point_is_locked_before_it_counts() -> None:
    world = taken_under_lock()
    world.journal.fail_next("finish", TemporaryError("not now"))
    with pytest.raises(TemporaryError):
        world.complete_points.on_event(only(world), finished=True)
    assert list(world.ebs.locks) == [only(world)]
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY


def test_an_event_that_comes_again_does_not_move_the_end_of_the_lock() -> None:
    world = taken_under_lock()
    world.complete_points.on_event(only(world), finished=True)
    ends = dict(world.ebs.locks)
    world.wait(days=1)
    world.complete_points.on_event(only(world), finished=True)
    assert world.ebs.locks == ends


def test_a_lock_that_ec2_cannot_set_now_is_tried_again() -> None:
    world = taken_under_lock()
    world.ebs.fail_next("lock", TemporaryError("not now"))
    with pytest.raises(TemporaryError):
        world.complete_points.on_event(only(world), finished=True)
    (point,) = world.journal.points.all.values()
    assert point.state is PointState.PENDING
    world.complete_points.on_event(only(world), finished=True)
    assert only(world) in world.ebs.locks


def test_a_point_that_cannot_be_locked_is_ready_and_announced_as_unlocked() -> None:
    world = taken_under_lock()
    world.ebs.fail_next("lock", PermanentError("the role may not lock it"))
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    reason = "not locked, so it can be deleted: the role may not lock it"
    (point,) = world.journal.points.all.values()
    assert (point.state, point.reason) == (PointState.READY, reason)
    assert world.announcer.unlocked == [(point.id, reason)]


def test_a_lock_that_iam_refuses_because_the_policys_tag_is_too_new_is_tried_again() -> None:
    world = cut_by_a_driver_under_lock()
    world.ebs.fail_next("lock", Forbidden("no policy allows it"))
    with pytest.raises(TemporaryError):
        world.complete_points.on_event(only(world), finished=True)
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    assert only(world) in world.ebs.locks and world.announcer.unlocked == []


def test_a_lock_that_iam_refuses_again_is_announced_and_the_point_is_ready() -> None:
    world = cut_by_a_driver_under_lock()
    world.ebs.fail_next("lock", Forbidden("no policy allows it"))
    with pytest.raises(TemporaryError):
        world.complete_points.on_event(only(world), finished=True)
    world.ebs.fail_next("lock", Forbidden("no policy allows it"))
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    assert [reason for _, reason in world.announcer.unlocked] == [
        "not locked, so it can be deleted: no policy allows it"
    ]


def test_without_a_lock_in_the_policy_nothing_is_locked() -> None:
    world = taken()
    world.ebs.complete()
    world.complete_points.on_event(only(world), finished=True)
    assert world.ebs.calls["lock"] == 0
