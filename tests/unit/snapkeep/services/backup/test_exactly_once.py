"""Exactly one counted recovery point for a claim and a slot, whatever dies or is delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from tests.fakes.crashes import CrashAt, Serialized, eight_at_once
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim, a_policy, on_one_volume

LAGS = [timedelta(), timedelta(seconds=120)]


def the_world(
    method: Method,
    lag: timedelta,
    wrap: Callable[[Any], Any],
    *,
    grouped: bool = False,
    shared: bool = False,
) -> World:
    policy = a_policy(method=method, group_label="app" if grouped else "")
    labels = {"app": "wordpress"} if grouped else {}
    claims = [a_claim(name, labels=labels) for name in ("mysql", "wordpress")]
    world = World(
        *(on_one_volume("mysql", "wordpress", labels=labels) if shared else claims),
        policy=policy,
        lag=lag,
        wrap=wrap,
    )
    for volume in ("vol-mysql", "vol-wordpress"):
        world.ebs.add_volume(volume, instance="i-1")
    world.ebs.pause = timedelta(seconds=15)
    return world


def one_counted_point_each(world: World) -> None:
    counted = world.counted()
    assert {name: len(found) for name, found in counted.items()} == {"mysql": 1, "wordpress": 1}
    for point in world.points():
        snapshot = counted[point.claim.name][0]
        assert (point.state, point.snapshot_id) == (PointState.READY, snapshot.id)
        assert tags.missing_tags(snapshot.tags, point) == {}


CASES = [
    pytest.param(Method.EBS, False, id="ebs"),
    pytest.param(Method.CSI, False, id="csi"),
    pytest.param(Method.EBS, True, id="group"),
]


SHARED = [
    pytest.param(Method.EBS, False, True, id="ebs-one-volume"),
    pytest.param(Method.CSI, False, True, id="csi-one-volume"),
    pytest.param(Method.EBS, True, True, id="group-one-volume"),
]


def steps_of(method: Method, grouped: bool, shared: bool) -> int:
    """How many port calls an undisturbed run makes until it is closed."""
    counter = CrashAt(0, after=False)
    world = the_world(method, timedelta(), counter, grouped=grouped, shared=shared)
    world.backup()
    world.run_until_closed()
    return counter.calls


@pytest.mark.parametrize("lag", LAGS, ids=["no-lag", "lag-120s"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "grouped", "shared"),
    [*(pytest.param(*case.values, False, id=case.id) for case in CASES), *SHARED],
)
def test_a_crash_at_any_step_ends_with_one_counted_point_per_claim(
    method: Method, grouped: bool, shared: bool, after: bool, lag: timedelta
) -> None:
    steps = steps_of(method, grouped, shared)
    assert steps > 15
    for step in range(1, steps + 1):
        crash = CrashAt(step, after=after)
        world = the_world(method, lag, crash, grouped=grouped, shared=shared)
        for _ in range(3):  # Lambda retries an asynchronous event twice
            try:
                world.backup()
                break
            except Crash:
                world.wait(minutes=6)  # the planner's lease runs out
        run = world.run_until_closed()
        assert crash.crashed, step
        assert run.state is RunState.COMPLETED, crash.crashed
        world.wait(minutes=10)
        world.reconcile()
        one_counted_point_each(world)


def a_refused_world(wrap: Callable[[Any], Any], lag: timedelta) -> World:
    """The class requests what the driver refuses permanently, and the policy may fall back to ebs."""
    claims = [a_claim("mysql"), a_claim("wordpress")]
    world = World(*claims, policy=a_policy(method=Method.CSI, csi_fallback=True), lag=lag, wrap=wrap)
    world.cluster.refusal = "rpc error: code = InvalidArgument desc = Invalid tag value"
    return world


def lived_through(world: World, *, mended_in: int) -> World:
    """The run to its end; the class is mended that many minutes after the first reconcile."""
    for _ in range(3):
        try:
            world.backup()
            break
        except Crash:
            world.wait(minutes=6)
    for minute in range(60):
        world.work()
        if minute == 14 + mended_in:
            world.cluster.refusal = ""
        world.finish_snapshots()
        if minute % 15 == 14:
            world.reconcile()
        world.wait(minutes=1)
    world.run_until_closed()
    world.wait(minutes=10)
    world.reconcile()
    return world


@pytest.mark.parametrize("lag", LAGS, ids=["no-lag", "lag-120s"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("mended_in", [0, 1, 60])
def test_a_crash_around_any_step_of_a_fallback_leaves_one_counted_point_and_nothing_to_cut(
    mended_in: int, after: bool, lag: timedelta
) -> None:
    counter = CrashAt(0, after=False)
    lived_through(a_refused_world(counter, lag), mended_in=mended_in)
    for step in range(1, counter.calls + 1):
        crash = CrashAt(step, after=after)
        world = lived_through(a_refused_world(crash, lag), mended_in=mended_in)
        assert crash.crashed, step
        assert world.the_run().state is RunState.COMPLETED, crash.crashed  # type: ignore[union-attr]
        one_counted_point_each(world)
        uncut = [item.name for item in world.cluster.contents.values() if not item.snapshot_id]
        assert not uncut, crash.crashed


@pytest.mark.parametrize("lag", LAGS, ids=["no-lag", "lag-120s"])
@pytest.mark.parametrize(("method", "grouped"), CASES)
def test_the_same_events_eight_times_at_once_make_one_point_per_claim(
    method: Method, grouped: bool, lag: timedelta
) -> None:
    world = the_world(method, lag, Serialized(), grouped=grouped)
    eight_at_once(lambda: world.backup(SLOT))
    for job in world.queue.receive():
        eight_at_once(lambda job=job: world.deliver(job))  # type: ignore[misc]
    world.cluster.run_driver(world.ebs)
    world.wait(seconds=121)
    world.ebs.complete()
    for snapshot_id in list(world.ebs.all):
        eight_at_once(lambda snapshot_id=snapshot_id: world.event(snapshot_id))  # type: ignore[misc]
    assert len(world.ebs.all) == 2
    one_counted_point_each(world)
    assert [run.state for run, _ in world.announcer.closed] == [RunState.COMPLETED]


@pytest.mark.parametrize("lag", LAGS, ids=["no-lag", "lag-120s"])
def test_a_create_whose_answer_was_lost_is_found_again_and_not_repeated(lag: timedelta) -> None:
    world = World(a_claim("mysql"), lag=lag)
    world.backup()
    world.ebs.lose_answer("create")
    (report,) = world.work()
    assert list(report.later.values()) == ["create: the connection was closed before the answer arrived"]
    world.run_until_closed()
    assert world.ebs.calls["create"] == 1
    assert len(world.counted()["mysql"]) == 1


def test_a_twin_that_shows_up_late_is_marked_and_pruned_once_the_first_is_ready() -> None:
    world = World(a_claim("mysql"), lag=timedelta(minutes=30))  # EC2 lags longer than anybody waits for
    world.backup()
    world.ebs.lose_answer("create")
    world.work()
    for _ in range(8):
        world.wait(minutes=2)
        world.work()
    first, second = sorted(world.ebs.all)
    assert world.points()[0].snapshot_id == second
    world.wait(minutes=40)
    world.reconcile()
    assert world.ebs.all[first].tags[tags.DUPLICATE] == "true"
    assert [pruned.deleted for pruned in world.prune_twins()] == [False]  # nothing is ready yet
    world.finish_snapshots()
    assert [pruned.deleted for pruned in world.prune_twins()] == [True]
    assert sorted(world.ebs.all) == [second]
    assert world.states() == {"mysql": PointState.READY}
