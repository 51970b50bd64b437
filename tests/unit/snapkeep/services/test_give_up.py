"""What functions give up is counted in every pass, told once it lasts, and never passed over in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError, Throttled
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Cluster, Method
from snapkeep.domain.retention.deletion.deletions import PruneLease
from snapkeep.wiring import retention
from tests.fakes.world import SLOT, World, a_claim, a_policy


def hourly_prunes(world: World, hours: int) -> None:
    for _ in range(hours):
        world.prune()
        world.wait(hours=1)


def a_world_with_points() -> World:
    world = World(a_claim("a"))
    for day in range(4):
        world.back_up(SLOT + timedelta(days=day))
    return world


@pytest.mark.parametrize("call", ["find", "delete"])
def test_a_prune_that_aws_refuses_48_times_rings_once_and_is_counted_each_time(call: str) -> None:
    world = a_world_with_points()
    for _ in range(400):
        world.ebs.fail_next(call, PermanentError("UnauthorizedOperation: denied"))
    hourly_prunes(world, 48)
    ((topic, (trouble,), _),) = world.announcer.troubles
    assert (topic.kind, topic.about, topic.cluster) == ("work given up", "prune", "myeks")
    assert "UnauthorizedOperation: denied" in trouble.reason
    assert world.announcer.given_up == [("prune", 1)] * 48


@pytest.mark.parametrize("call", ["find", "lease_prune"])
def test_deletions_that_are_refused_ring_once_although_some_prunes_stop_before_them(call: str) -> None:
    world = a_world_with_points()
    for _ in range(400):
        world.ebs.fail_next("delete", PermanentError("UnauthorizedOperation: denied"))
    for _ in range(4):
        hourly_prunes(world, 8)
        (world.ebs if call == "find" else world.journal).fail_next(call, TemporaryError("away"))
    assert world.announcer.rung() == ["deletions"]


def test_deletions_that_are_refused_ring_once_although_the_brake_lets_none_be_tried_on_some_days() -> None:
    world = World(a_claim("a"), policy=a_policy(retention={"last": 1}))
    for day in range(6):
        world.back_up(SLOT + timedelta(days=day))
    for _ in range(1000):
        world.ebs.fail_next("delete", PermanentError("UnauthorizedOperation: denied"))
    for _ in range(6):
        world.back_up(world.clock())
        hourly_prunes(world, 24)
    assert world.announcer.rung() == ["deletions"]


def test_a_run_that_cannot_be_looked_at_rings_once_although_some_passes_see_none() -> None:
    world = World(a_claim("a"))
    world.backup()
    for number in range(24):
        if number % 6 == 5:
            world.journal.fail_next("open_runs", TemporaryError("no answer"))
        else:
            world.journal.fail_next("points_of", TemporaryError("no answer"))
        world.reconcile()
        world.wait(minutes=15)
    run = "myeks.nightly.20261124T180000Z"
    assert [name for name in world.announcer.rung() if name == run] == [run]


def test_trouble_that_passes_rings_nobody() -> None:
    world = a_world_with_points()
    world.ebs.fail_next("find", TemporaryError("no answer"))
    hourly_prunes(world, 5)
    assert world.announcer.troubles == []
    assert world.announcer.given_up == [("prune", 1)] + [("prune", 0)] * 4


def test_a_rehearsal_counts_nothing() -> None:
    world = a_world_with_points()
    world.prune(dry_run=True)
    assert world.announcer.given_up == []


def test_a_policy_that_reconcile_cannot_look_at_rings_once() -> None:
    world = World(a_claim("a"))
    for _ in range(8):
        world.journal.fail_next("runs_of", TemporaryError("no answer"))
        world.reconcile()
        world.wait(minutes=15)
    assert world.announcer.rung() == ["myeks.nightly"]
    assert world.announcer.given_up == [("reconcile", 1)] * 8


def test_what_cannot_even_be_journaled_is_counted() -> None:
    world = World(a_claim("a"))
    world.journal.fail_next("open_runs", TemporaryError("no answer"))
    world.journal.fail_next("troubles", TemporaryError("no answer"))
    world.reconcile()
    assert world.announcer.given_up[0][1] >= 2


def test_a_bell_that_does_not_ring_once_rings_in_the_next_pass() -> None:
    world = a_world_with_points()
    for _ in range(400):
        world.ebs.fail_next("delete", PermanentError("denied"))
    world.announcer.fail_next("trouble", TemporaryError("PutEvents: no answer"))
    hourly_prunes(world, 8)
    assert world.announcer.rung() == ["deletions"]


def test_a_write_report_and_a_finish_restores_that_fail_count_it() -> None:
    world = World(a_claim("a"))
    world.clusters.unreachable.add("myeks")
    world.reporter.run()
    world.finisher.run()
    assert world.announcer.given_up == [("write_report", 1), ("finish_restores", 0)]


@pytest.mark.parametrize("pass_over", ["prune", "sweep"])
def test_what_nobody_foresaw_in_one_cluster_stops_no_other_and_is_counted(pass_over: str) -> None:
    world = a_world_with_points()
    others = (Cluster("before", "ap-northeast-2"), *world.deployment.clusters)
    deployment = replace(world.deployment, clusters=others)
    world.clusters.fail_next("open", KeyError("status"))
    if pass_over == "prune":
        reports = retention.prune(world.deployed(deployment)).run("one")
        assert [bool(report.refused) for report in reports] == [True, False]
        assert world.announcer.given_up == [("prune", 1), ("prune", 0)]
    else:
        reports = retention.sweep_orphans(world.deployed(deployment)).run(PruneRequest(orphans=True))
        assert [bool(report.refused) for report in reports] == [True, False]
        assert [(topic.cluster, due[0].reason) for topic, due, _ in world.announcer.troubles] == [
            ("before", "stopped, nothing more is swept of this cluster: unexpected KeyError")
        ]


def test_a_lease_that_was_taken_when_a_clock_was_wrong_rings_instead_of_stopping_prunes_for_years() -> None:
    world = a_world_with_points()
    now = world.clock()
    world.journal.prunes.lease_prune(PruneLease("myeks", "an invocation", now + timedelta(days=3650)), now)
    hourly_prunes(world, 4)
    assert world.announcer.rung() == ["prune"]
    assert world.announcer.given_up == [("prune", 1)] * 4


def test_a_volume_snapshot_that_a_finalizer_holds_for_weeks_rings_after_a_day_and_weekly() -> None:
    world = World(a_claim("a"), policy=a_policy(method=Method.CSI))
    for day in range(4):
        world.back_up(SLOT + timedelta(days=day))
    held = next(iter(world.cluster.snapshots))[1]
    world.cluster.hold(held, "example.com/mine")
    hourly_prunes(world, 24 * 16)
    told = [(topic.kind, trouble.reason) for topic, due, _ in world.announcer.troubles for trouble in due]
    assert len(told) == 3
    assert {kind for kind, _ in told} == {"deletion stuck"}
    assert "example.com/mine" in told[0][1]


def test_a_stuck_deletion_rings_although_most_prunes_have_no_time_for_it() -> None:
    world = World(a_claim("a"), policy=a_policy(method=Method.CSI))
    for day in range(4):
        world.back_up(SLOT + timedelta(days=day))
    held = next(iter(world.cluster.snapshots))[1]
    world.cluster.hold(held, "example.com/mine")
    for hour in range(30):
        if hour % 3:
            world.cluster.fail_next("withdraw_volume_snapshot", Throttled("slow down"))
            world.cluster.fail_next("delete_volume_snapshot", Throttled("slow down"))
        hourly_prunes(world, 1)
    assert [topic.kind for topic, _, _ in world.announcer.troubles].count("deletion stuck") == 1
