"""Closing: once, when the last point is settled, and announced even if not at once."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.ports.points import Outcome
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.wiring import backup
from tests.fakes.world import World, a_claim


def settled(*states: PointState) -> tuple[World, str]:
    """A run whose points ended like this, not closed yet."""
    world = World(*[a_claim(f"data-{number}") for number in range(len(states))])
    run = world.backup()
    assert run is not None
    for point, state in zip(world.points(), states, strict=True):
        world.journal.points.finish(
            point, Outcome(state, world.clock(), "a reason" * (state is PointState.FAILED))
        )
    return world, run.id


def close_run(world: World) -> CloseRun:
    return backup.close_run(world.ports())


def close(world: World, run_id: str) -> bool:
    return close_run(world).if_settled(run_id)


def test_a_run_ends_completed_partially_failed_or_failed_with_the_list() -> None:
    ready, failed = PointState.READY, PointState.FAILED
    for states, ended in [
        ((ready, ready), RunState.COMPLETED),
        ((ready, failed), RunState.PARTIALLY_FAILED),
        ((failed, failed), RunState.FAILED),
    ]:
        world, run_id = settled(*states)
        assert close(world, run_id)
        ((run, failures),) = world.announcer.closed
        assert run.state is ended and run.closed_at == world.clock()
        assert [point.reason for point in failures] == ["a reason"] * states.count(failed)


def test_an_unsettled_run_stays_open() -> None:
    world = World(a_claim("mysql"))
    run = world.backup()
    assert run is not None
    assert not close(world, run.id)
    assert not close(world, "no such run")
    assert world.announcer.closed == []


def test_only_one_of_two_closers_closes_and_announces() -> None:
    world, run_id = settled(PointState.READY)
    assert [close(world, run_id), close(world, run_id)] == [True, False]
    assert len(world.announcer.closed) == 1


def test_a_closer_who_comes_second_between_look_and_close_announces_nothing() -> None:
    world, run_id = settled(PointState.READY)
    run = world.journal.runs.run

    def then_another_closes(run_id: str) -> Run | None:
        seen = run(run_id)
        world.journal.runs.run = run  # type: ignore[method-assign]
        close(world, run_id)
        return seen

    world.journal.runs.run = then_another_closes  # type: ignore[method-assign]
    assert not close(world, run_id)
    assert len(world.announcer.closed) == 1


def test_a_closing_that_could_not_be_announced_is_no_error_and_stays_to_be_announced() -> None:
    world, run_id = settled(PointState.READY)
    world.announcer.fail_next("run_closed", TemporaryError("PutEvents: no answer"))
    assert close(world, run_id)
    run = world.journal.runs.run(run_id)
    assert run is not None and (run.state, run.announced) == (RunState.COMPLETED, False)
    close_run(world).announce(run_id)
    close_run(world).announce(run_id)
    assert len(world.announcer.closed) == 1


def test_an_open_run_is_not_announced() -> None:
    world, run_id = settled(PointState.READY)
    close_run(world).announce(run_id)
    close_run(world).announce("no such run")
    assert world.announcer.closed == []


def test_a_run_whose_journal_lost_points_is_closed_and_says_how_many() -> None:
    world, run_id = settled(PointState.READY, PointState.READY)
    lost = world.points()[0]
    world.journal.points.all = {
        key: point for key, point in world.journal.points.all.items() if point != lost
    }
    world.journal.runs.all[run_id] = replace(world.journal.runs.all[run_id], ready=1)
    close_run(world).at_limit(run_id)
    assert world.announcer.closed == []
    world.wait(hours=6, minutes=1)
    close_run(world).at_limit(run_id)
    ((run, _),) = world.announcer.closed
    assert run.state is RunState.PARTIALLY_FAILED
    (left,) = world.journal.runs.skipped(run_id)
    assert (left.subject, left.code) == ("1 recovery points", "lost_from_journal")
    assert "only 1 of the 2 recovery points" in left.reason


def test_a_run_with_a_point_that_may_still_end_is_not_closed_for_lost_ones() -> None:
    world = World(a_claim("a"), a_claim("b"))
    run = world.backup()
    assert run is not None
    close_run(world).at_limit(run.id)
    close_run(world).at_limit("no such run")
    assert world.announcer.closed == []


def one_of_two_stays_pending() -> World:
    """Two claims of 4 GiB, taken; the snapshot of `a` stays pending."""
    world = World(a_claim("a"), a_claim("b"))
    world.backup()
    world.work()
    snapshot_id = world.point("b").snapshot_id
    world.ebs.complete(snapshot_id)
    world.event(snapshot_id)
    return world


def test_a_run_closes_at_its_time_limit_with_what_it_has_and_names_what_is_late() -> None:
    world = one_of_two_stays_pending()
    world.wait(hours=1)
    world.reconcile()
    assert world.announcer.closed == []
    world.wait(minutes=3)
    assert world.reconcile().closed == [world.the_run().id]  # type: ignore[union-attr]
    ((run, failures),) = world.announcer.closed
    assert (run.state, run.ready, run.failed, run.late) == (RunState.PARTIALLY_FAILED, 1, 0, 1)
    assert failures == ()
    assert [point.claim.name for point in world.announcer.late[run.id]] == ["a"]


def test_a_late_point_counts_once_it_is_ready_even_if_its_event_is_lost() -> None:
    world = one_of_two_stays_pending()
    world.wait(hours=2)
    world.reconcile()
    world.reconcile()
    world.wait(hours=30)
    world.finish_snapshots(events=False)
    world.reconcile()
    world.reconcile()
    assert set(world.counted()) == {"a", "b"}
    assert world.states()["a"] is PointState.READY
    ((run, ended),) = world.announcer.late_ended
    assert (run.ready, run.late, ended) == (2, 0, 1)
    assert list(world.journal.runs.open_runs()) == [] and len(world.announcer.closed) == 1


def test_a_late_point_that_ends_between_look_and_close_leaves_nothing_open() -> None:
    world = one_of_two_stays_pending()
    world.wait(hours=2)
    write_late = world.journal.runs.write_late

    def then_its_event_comes(run_id: str, late: int) -> None:
        write_late(run_id, late)
        world.journal.runs.write_late = write_late  # type: ignore[method-assign]
        world.finish_snapshots()

    world.journal.runs.write_late = then_its_event_comes  # type: ignore[method-assign]
    world.reconcile()
    world.reconcile()
    ((run, _),) = world.announcer.closed
    assert run.state is RunState.COMPLETED
    assert list(world.journal.runs.open_runs()) == []


def test_a_run_without_any_ready_point_at_its_limit_failed() -> None:
    world = World(a_claim("a"))
    world.backup()
    world.work()
    world.wait(hours=2)
    world.reconcile()
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_a_run_waits_for_a_large_volume_as_long_as_its_first_snapshot_may_take() -> None:
    world = one_of_two_stays_pending()
    point = world.point("a")
    world.journal.points.all[point.run, point.id] = replace(point, size_bytes=16 * 2**40)
    world.wait(days=5)
    world.reconcile()
    assert world.announcer.closed == []
    world.wait(days=1)
    world.reconcile()
    assert len(world.announcer.closed) == 1


def test_points_that_no_worker_ever_ends_fail_and_their_run_closes() -> None:
    world = World(a_claim("a"))
    world.backup()
    world.wait(hours=7, minutes=1)
    world.queue.sent.clear()
    world.reconcile()
    ((run, (failure,)),) = world.announcer.closed
    assert run.state is RunState.FAILED
    assert "take_snapshots did not finish it within 6 hours" in failure.reason
