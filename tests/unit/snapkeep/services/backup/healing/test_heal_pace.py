"""Healing the pace: it is set to what EC2 shows."""

from __future__ import annotations

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.policies import Method, Pace
from tests.fakes.world import World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.healing.worlds import healed, taken


def test_points_that_wait_for_the_pace_are_not_sent_again_and_again() -> None:
    world = World(*[a_claim(name) for name in "abc"], pace=Pace(per_second=100, burst=50, pending=1))
    world.backup()
    world.work()
    world.wait(minutes=60)  # one slow first snapshot keeps the others waiting
    assert "sent again" not in healed(world)
    assert len(world.queue.jobs) == 1


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


def test_a_point_that_is_planned_again_gives_its_place_in_the_pace_back() -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=True)
    world.wait(minutes=15)
    run = world.the_run()
    assert run is not None and world.pending_of_pace() == 1
    world.reconciler.heal_points.heal(run)
    assert world.pending_of_pace() == 0


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
