"""Intents: what may be in the air is waited for, and what surely failed is not."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import Throttled
from snapkeep.domain.points import PointState
from tests.unit.snapkeep.services.backup.taking.test_take import SLOW, planned


def test_a_create_whose_answer_is_always_lost_is_given_up_in_the_end() -> None:
    world = planned("mysql", lag=timedelta(hours=24))
    for _ in range(200):
        world.ebs.lose_answer("create")
        world.work()
        world.wait(minutes=2)
    assert world.point("mysql").state is PointState.FAILED
    assert "answers were lost" in world.point("mysql").reason
    assert (world.queue.jobs, world.the_run().state) == ([], RunState.FAILED)  # type: ignore[union-attr]


def test_a_create_in_the_air_is_found_even_after_the_time_to_try_is_over() -> None:
    world = planned("mysql")
    world.wait(hours=5, minutes=59)
    world.ebs.lose_answer("create")
    world.work()
    world.wait(minutes=2)
    (report,) = world.work()
    assert report.adopted == [world.point("mysql").id]
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_throttle_is_no_failure_and_needs_no_waiting_for_consistency() -> None:
    world = planned("mysql", "wordpress")
    world.ebs.fail_next("create", SLOW)
    (report,) = world.work()
    assert (len(report.created), list(report.later.values())) == (1, [SLOW.reason])
    ((job, delay),) = world.queue.sent
    assert (len(job.points), delay) == (1, timedelta(seconds=20))
    assert {point.state for point in world.points()} == {PointState.PENDING, PointState.PLANNED}
    world.work()  # at once: nothing can be in the air
    assert {point.state for point in world.points()} == {PointState.PENDING}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_throttled_look_does_not_forget_a_create_that_may_be_in_the_air() -> None:
    world = planned("mysql", lag=timedelta(seconds=120))
    world.ebs.lose_answer("create")
    world.work()
    world.ebs.fail_next("find", Throttled("DescribeSnapshots: request limit exceeded"))
    world.work()
    assert world.point("mysql").state is PointState.CREATING
    world.run_until_closed()
    assert world.ebs.calls["create"] == 1


def test_a_slow_holder_whose_lease_ran_out_cannot_create_a_twin() -> None:
    """Another invocation takes over while the first one hangs before its intent."""
    world = planned("mysql")
    (job,) = world.queue.receive()
    find = world.ebs.find

    def hang(*given: object, **named: object) -> object:
        world.ebs.find = find  # type: ignore[method-assign]
        world.wait(minutes=4)
        world.deliver(job)
        return find(*given, **named)  # type: ignore[arg-type]

    world.ebs.find = hang  # type: ignore[method-assign, assignment]
    report = world.deliver(job)
    assert (report.created, world.ebs.calls["create"]) == ([], 1)
    assert world.run_until_closed().state is RunState.COMPLETED
