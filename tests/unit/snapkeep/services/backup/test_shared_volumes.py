"""Two claims on one EBS volume: each gets a snapshot of its own, and no run stays open over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.interruption.rules import Draining, NodeRules, Snapshotting
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method, Pace
from tests.fakes.dying import DyingWorld
from tests.fakes.world import SLOT, World, a_claim, a_policy, on_one_volume

EC2_PAUSE = timedelta(seconds=15)
SLOW = Pace(per_second=0.1, burst=2, pending=2)


def a_world(method: Method, *, grouped: bool = False, spread: bool = False, **given: Any) -> World:
    """`a` and `b` on the volume of `a`, `c` on its own, all on one instance unless they are spread."""
    policy = a_policy(method=method, group_label="app" if grouped else "", group_fallback=True)
    labels = {"app": "x"} if grouped else {}
    world = World(
        *on_one_volume("a", "b", labels=labels), a_claim("c", labels=labels), policy=policy, **given
    )
    world.ebs.add_volume("vol-a", instance="i-1")
    world.ebs.add_volume("vol-c", instance="i-2" if spread else "i-1")
    world.ebs.pause, world.ebs.most_pending = EC2_PAUSE, 5
    return world


CASES = [
    pytest.param(Method.EBS, False, False, id="ebs"),
    pytest.param(Method.CSI, False, False, id="csi"),
    pytest.param(Method.EBS, True, False, id="group"),
    pytest.param(Method.EBS, True, True, id="group on two instances"),
]


def one_snapshot_each(world: World) -> None:
    counted = world.counted()
    assert {name: len(found) for name, found in counted.items()} == {"a": 1, "b": 1, "c": 1}
    assert len({found[0].id for found in counted.values()}) == 3
    for point in world.points():
        (snapshot,) = counted[point.claim.name]
        assert (point.state, point.snapshot_id) == (PointState.READY, snapshot.id)
        assert tags.missing_tags(snapshot.tags, point) == {}


@pytest.mark.parametrize("lag", [0, 120])
@pytest.mark.parametrize(("method", "grouped", "spread"), CASES)
def test_each_claim_gets_a_snapshot_of_its_own_within_ec2s_limits(
    method: Method, grouped: bool, spread: bool, lag: int
) -> None:
    world = a_world(method, grouped=grouped, spread=spread, lag=timedelta(seconds=lag))
    world.backup()
    run = world.run_until_closed()
    assert (run.state, run.total, run.ready) == (RunState.COMPLETED, 3, 3)
    one_snapshot_each(world)
    assert len(world.ebs.all) == 3
    first, second = sorted(
        snapshot.started_at for snapshot in world.ebs.all.values() if snapshot.volume_id == "vol-a"
    )
    assert second - first >= EC2_PAUSE
    assert world.pending_of_pace() == 0


def test_both_points_name_the_other_claim() -> None:
    world = a_world(Method.EBS, grouped=True)
    run = world.backup()
    world.run_until_closed()
    assert run is not None
    told = {point.claim.name: point.sharers for point in world.points()}
    assert told == {"a": ("shop/b",), "b": ("shop/a",), "c": ()}
    first, second = sorted((point for point in world.points() if point.sharers), key=lambda point: point.id)
    assert first.method_reason == ""
    assert second.method_reason == (
        "taken alone after its group: CreateSnapshots cuts one snapshot per volume, and another claim has it"
    )


def test_a_volume_that_takes_one_snapshot_at_a_time_lets_the_second_claim_wait() -> None:
    """st1 and sc1 volumes may have one pending snapshot."""
    world = a_world(Method.EBS)
    world.ebs.most_pending = 1
    world.backup()
    world.work()
    for _ in range(3):
        world.wait(minutes=30)
        world.work()
        world.reconcile()
    assert sorted(world.states().values()) == ["pending", "pending", "planned"]
    assert world.run_until_closed().state is RunState.COMPLETED
    one_snapshot_each(world)


def test_a_claim_that_waits_behind_its_group_asks_for_no_pace() -> None:
    world = a_world(Method.EBS, grouped=True, pace=SLOW)
    world.backup()
    (whole,) = world.queue.receive()
    waiting = next(point for point in world.points() if point.behind)
    for _ in range(3):
        report = world.deliver(replace(whole, points=(waiting.id,)))
        assert list(report.later) == [waiting.id]
    assert len(world.deliver(whole).created) == 2


def test_a_volume_that_never_takes_a_second_snapshot_ends_the_run_with_a_reason() -> None:
    world = a_world(Method.EBS, grouped=True)
    world.ebs.most_pending = 1
    world.backup()
    for minute in range(8 * 60):
        world.work()
        if minute % 15 == 14:
            world.reconcile()
        world.wait(minutes=1)
    (failed,) = [point for point in world.points() if point.state is PointState.FAILED]
    assert failed.behind and "not created within 6 hours" in failed.reason
    world.finish_snapshots()
    run = world.the_run()
    assert run is not None and (run.state.is_final, run.ready, run.failed) == (True, 2, 1)


def test_a_member_whose_volume_is_gone_stops_none_of_those_that_share_one() -> None:
    world = a_world(Method.EBS, grouped=True)
    del world.ebs.volumes["vol-c"]
    world.backup()
    run = world.run_until_closed()
    assert (run.state, run.ready, run.failed) == (RunState.PARTIALLY_FAILED, 2, 1)
    assert world.states() == {"a": PointState.READY, "b": PointState.READY, "c": PointState.FAILED}


def test_a_claim_made_again_on_a_retained_volume_has_points_of_its_own() -> None:
    world = a_world(Method.EBS)
    world.back_up(SLOT)
    again = replace(world.cluster.claim_list[0], uid="uid-made-again")
    world.cluster.claim_list[:] = [again, *world.cluster.claim_list[2:]]
    world.back_up(SLOT + timedelta(days=1))
    uids = {(item.tags[tags.CLAIM], item.tags[tags.CLAIM_UID]) for item in world.ebs.all.values()}
    assert {("a", "uid-shop-a"), ("a", "uid-made-again")} <= uids
    world.wait(days=1)
    report = world.prune()
    assert report.counts["delete"] == 0 and report.unreadable == []


def sharing_node() -> DyingWorld:
    """The pods of MySQL and WordPress run on the spot node; both claims are on the volume of MySQL."""
    world = DyingWorld(NodeRules(drain=Draining.ON, snapshot=Snapshotting.ALWAYS))
    claims = on_one_volume("mysql", "wordpress")
    world.nodes.claim_list = list(claims)
    world.instances.all = {
        name: replace(machine, volumes=("vol-mysql",)) for name, machine in world.instances.all.items()
    }
    world.backups.ebs.pause = EC2_PAUSE
    return world


def test_a_dying_node_saves_both_claims_one_after_the_other() -> None:
    world = sharing_node()
    world.warn()
    first = world.save()
    assert len(first.snapshots) == 1 and len(first.missed) == 1
    (why,) = first.missed.values()
    assert "is shared with shop/" in why
    world.wait(seconds=16)
    world.backups.work()
    second = world.save()
    assert sorted(second.snapshots) == ["shop/mysql", "shop/wordpress"]
    assert second.missed == {} and len(world.backups.ebs.all) == 2
    world.backups.finish_snapshots()
    assert sorted(world.backups.counted()) == ["mysql", "wordpress"]
    assert world.journal.runs.all[world.record.run].state is RunState.COMPLETED
    shared = "its volume vol-mysql is shared with shop/{}: each claim gets its own snapshots"
    assert f"shop/mysql: {shared.format('wordpress')}" in world.lines
    assert f"shop/wordpress: {shared.format('mysql')}" in world.lines
