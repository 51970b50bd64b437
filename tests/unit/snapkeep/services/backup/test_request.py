"""Backups on demand: accepted once, planned like any run, and ended with words whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.claims import ClaimName, Volume, VolumeKind
from snapkeep.domain.errors import ClusterUnreachable, NotFound, TemporaryError, Throttled, UnknownCluster
from snapkeep.domain.points import Point, PointState
from snapkeep.domain.policies import ON_DEMAND, Method, Selection
from snapkeep.ports.kubernetes import SnapshotSupport
from snapkeep.services.backup import request as request_backup
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.test_exactly_once import CrashAt

DATA = OnDemandRequest(claims=(ClaimName("shop", "data"),), method=Method.EBS)
SHOP = OnDemandRequest(selection=Selection(namespaces=("shop",)), method=Method.EBS)
EFS = a_claim("uploads", volume=Volume("pv-efs", VolumeKind.EFS, "efs.csi.aws.com", "fs-1"))


def accepted(world: World, wish: OnDemandRequest = DATA, request: str = "one") -> Run:
    return world.request_backup.accept("myeks", wish, request)


def planned(world: World) -> None:
    """Let plan_backup get the messages it was sent."""
    while world.starter.started:
        world.plan_backup.run(*world.starter.started.pop(0), world.owner())


def carried_out(world: World, run: Run) -> Run:
    """The run after everything worked as deployed."""
    planned(world)
    world.work()
    world.finish_snapshots()
    ended = world.journal.runs.run(run.id)
    assert ended is not None
    return ended


def points_of(world: World, run: Run) -> list[Point]:
    return sorted(world.journal.points.points_of(run.id), key=lambda point: point.claim.name)


def test_a_wish_becomes_a_ready_point_of_the_policy_on_demand() -> None:
    world = World(a_claim("data"), a_claim("logs"))
    world.clock.forward(seconds=1.5)
    run = accepted(world)
    assert (run.state, run.slot) == (RunState.PLANNING, SLOT + timedelta(seconds=1))

    assert carried_out(world, run).state is RunState.COMPLETED
    (point,) = points_of(world, run)
    assert (point.claim.name, point.policy, point.state) == ("data", ON_DEMAND, PointState.READY)
    (snapshot,) = world.ebs.all.values()
    assert snapshot.tags["snapkeep:policy"] == "on-demand"
    assert len(world.announcer.closed) == 1


def test_the_same_request_twice_is_one_run() -> None:
    world = World(a_claim("data"))
    first = accepted(world)
    world.clock.forward(seconds=30)
    assert accepted(world) == first
    carried_out(world, first)
    assert len(world.ebs.all) == 1
    again = world.request_backup.known("one")
    assert again is not None and again.state is RunState.COMPLETED
    assert world.request_backup.known("two") is None


def test_requests_in_the_same_second_have_slots_of_their_own() -> None:
    world = World(a_claim("data"))
    runs = [accepted(world, request=f"request-{number}") for number in range(3)]
    assert [run.slot - SLOT for run in runs] == [timedelta(seconds=number) for number in range(3)]


def test_a_flood_of_requests_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_backup, "SECONDS_AHEAD", 2)
    world = World(a_claim("data"))
    accepted(world, request="one")
    accepted(world, request="two")
    with pytest.raises(Throttled, match="2 backups of cluster myeks were requested"):
        accepted(world, request="three")


def test_a_run_that_could_not_be_started_is_started_by_the_same_request_or_by_reconcile() -> None:
    world = World(a_claim("data"))
    world.starter.fail_next("start_run", TemporaryError("Lambda did not answer"))
    run = accepted(world)
    assert world.starter.started == []
    world.wait(minutes=7)
    assert world.reconcile().replanned == [run.id]
    assert carried_out(world, run).state is RunState.COMPLETED

    world.starter.fail_next("start_run", TemporaryError("Lambda did not answer"))
    second = accepted(world, request="two")
    assert world.request_backup.known("two") == second
    assert world.starter.started == [("myeks", ON_DEMAND, second.slot)]


def test_a_plan_says_what_would_be_taken_and_writes_nothing() -> None:
    world = World(a_claim("data"), EFS)
    plan = world.request_backup.plan("myeks", SHOP)
    assert [str(item.claim) for item in plan.taken] == ["shop/data"]
    assert [(str(item.subject), item.code.value) for item in plan.skipped] == [("shop/uploads", "efs")]
    assert (plan.unmet, world.journal.runs.all, world.starter.started) == ("", {}, [])


def test_claims_that_cannot_be_taken_are_left_with_the_reason_and_the_run_says_so() -> None:
    world = World(a_claim("data"), EFS)
    wish = OnDemandRequest(
        claims=(ClaimName("shop", "data"), ClaimName("shop", "uploads"), ClaimName("shop", "typo"))
    )
    ended = carried_out(world, run := accepted(world, wish))
    assert ended.skipped == {"efs": 1, "not_found": 1}
    assert {item.subject for item in world.journal.runs.skipped(run.id)} == {"shop/uploads", "shop/typo"}
    assert ended.degraded.startswith("2 of the 3 requested claims are not taken: shop/typo: namespace shop")


def test_a_wish_that_matches_nothing_ends_with_words() -> None:
    world = World(EFS)
    ended = carried_out(world, accepted(world, SHOP))
    assert (ended.state, ended.total) == (RunState.FAILED, 0)
    assert ended.degraded == "the request takes no claim in cluster myeks (of the claims considered: 1 efs)"
    assert len(world.announcer.closed) == 1


def test_a_policy_is_run_now_with_its_groups_but_its_points_are_on_demand() -> None:
    policy = a_policy(group_label="app", selection=Selection(namespaces=("shop",)))
    labels = {"app": "db"}
    world = World(a_claim("data", labels=labels), a_claim("logs", labels=labels), policy=policy)
    for volume in ("vol-data", "vol-logs"):
        world.ebs.add_volume(volume, instance="i-1")
    run = accepted(world, OnDemandRequest(policy="nightly"))
    assert carried_out(world, run).ready == 2
    assert {(point.policy, point.group) for point in points_of(world, run)} == {(ON_DEMAND, "shop/db")}


def test_a_policy_or_cluster_that_is_not_there_is_named_before_anything_is_written() -> None:
    world = World(a_claim("data"))
    with pytest.raises(NotFound, match=r"has no policy hourly \(its policies: nightly\)"):
        accepted(world, OnDemandRequest(policy="hourly"))
    with pytest.raises(UnknownCluster, match="names no cluster prod; it names myeks"):
        world.request_backup.plan("prod", DATA)
    assert world.journal.runs.all == {}


def test_a_policy_that_is_gone_when_the_run_is_planned_ends_it_with_words() -> None:
    world = World(a_claim("data"))
    run = Run(
        "myeks.on-demand.20261124T180000Z",
        "myeks",
        ON_DEMAND,
        SLOT,
        SLOT,
        request=OnDemandRequest(policy="gone"),
    )
    world.journal.requests.accept_run(run, "one")
    world.starter.started.append(("myeks", ON_DEMAND, SLOT))
    ended = carried_out(world, run)
    assert ended.state is RunState.FAILED
    assert "has no policy gone" in ended.degraded


def test_what_is_known_of_the_claims_is_saved_by_ebs_when_the_cluster_is_silent() -> None:
    world = World(a_claim("data"), a_claim("logs"))
    world.back_up(SLOT)
    world.clusters.unreachable.add("myeks")
    world.wait(hours=1)
    with pytest.raises(ClusterUnreachable):
        world.request_backup.plan("myeks", DATA)
    run = accepted(world)
    ended = carried_out(world, run)
    assert ended.state is RunState.PARTIALLY_FAILED
    assert [point.claim.name for point in points_of(world, run)] == ["data"]
    assert "could not be read" in ended.degraded


def test_without_a_method_ebs_takes_the_place_of_a_csi_that_is_not_there_and_with_one_it_does_not() -> None:
    world = World(a_claim("data"))
    world.cluster.support = SnapshotSupport(False, "the cluster has no VolumeSnapshot CRDs")
    run = accepted(world, OnDemandRequest(claims=(ClaimName("shop", "data"),)))
    assert carried_out(world, run).state is RunState.COMPLETED
    assert points_of(world, run)[0].method_reason.startswith("by ebs instead of csi: the cluster has no")

    meant = accepted(world, OnDemandRequest(claims=(ClaimName("shop", "data"),), method=Method.CSI), "two")
    assert carried_out(world, meant).state is RunState.FAILED


def test_points_on_demand_go_after_30_days_and_never_the_last_good_one() -> None:
    world = World(a_claim("data"))
    first = accepted(world)
    carried_out(world, first)
    world.wait(days=20)
    carried_out(world, accepted(world, request="two"))

    world.wait(days=29)
    assert world.prune().counts["delete"] == 0  # within: 30d counts from the newest one
    world.wait(days=2)
    carried_out(world, third := accepted(world, request="three"))
    world.prune()
    assert [snapshot.tags["snapkeep:run"] for snapshot in world.ebs.all.values()] == [third.id]

    world.wait(days=400)
    world.prune()
    assert len(world.ebs.all) == 1


def attempt(world: World) -> None:
    """One life of the API's function and of plan_backup; either may die."""
    try:
        accepted(world)
        planned(world)
    except (Crash, TemporaryError):
        return


def steps() -> int:
    counter = CrashAt(0, after=False)
    world = World(a_claim("data"), wrap=counter)
    carried_out(world, accepted(world))
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_around_any_call_ends_with_one_run_and_one_counted_point(after: bool) -> None:
    for step in range(1, steps() + 1):
        crash = CrashAt(step, after=after)
        world = World(a_claim("data"), wrap=crash)
        attempt(world)
        world.clock.forward(seconds=3)
        attempt(world)  # sent again under its key
        for _ in range(60):
            world.work()
            world.finish_snapshots()
            world.wait(minutes=1)
            world.reconcile()
            try:
                planned(world)
            except Crash:
                continue
        (run,) = world.journal.runs.all.values()
        assert run.state is RunState.COMPLETED, (step, crash.crashed)
        assert {name: len(found) for name, found in world.counted().items()} == {"data": 1}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_request_that_died_and_is_never_sent_again_leaves_nothing_or_is_carried_out(after: bool) -> None:
    accepted_and_lost = 0
    for step in range(1, steps() + 1):
        crash = CrashAt(step, after=after)
        world = World(a_claim("data"), wrap=crash)
        attempt(world)
        world.starter.started.clear()  # the message that started plan_backup is lost, too
        for _ in range(60):
            world.work()
            world.finish_snapshots()
            world.wait(minutes=1)
            world.reconcile()
            try:
                planned(world)
            except Crash:
                continue
        runs = list(world.journal.runs.all.values())
        assert [run.state for run in runs] in ([], [RunState.COMPLETED]), (step, crash.crashed)
        assert sum(len(found) for found in world.counted().values()) == len(runs), (step, crash.crashed)
        accepted_and_lost += bool(runs)
    assert accepted_and_lost > 5
