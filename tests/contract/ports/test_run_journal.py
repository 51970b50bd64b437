"""What both journals, in memory and in DynamoDB, promise about runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.backup.runs import RunState, Skipped
from snapkeep.domain.points import PointState
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Outcome
from tests.contract.ports.samples import ME, NOW, OTHER, SLOT, UNTIL, a_point, a_run, later, started

# Opening and planning


def test_a_new_run_is_opened_once_and_barred_for_everybody_else(journal: Journal) -> None:
    assert journal.runs.open_run(a_run(), ME, UNTIL, NOW) == a_run()
    assert journal.runs.open_run(a_run(), OTHER, UNTIL, later(seconds=119)) is None
    assert journal.runs.run(a_run().id) == a_run()


def test_whoever_holds_the_planning_lease_may_take_it_again(journal: Journal) -> None:
    journal.runs.open_run(a_run(), ME, UNTIL, NOW)
    assert journal.runs.open_run(a_run(), ME, later(minutes=4), later(minutes=1)) == a_run()
    assert journal.runs.open_run(a_run(), OTHER, later(minutes=9), later(minutes=3)) is None


def test_an_expired_planning_lease_goes_to_the_next_who_asks(journal: Journal) -> None:
    journal.runs.open_run(a_run(), ME, UNTIL, NOW)
    assert journal.runs.open_run(a_run(), OTHER, later(minutes=4), UNTIL) == a_run()
    assert journal.runs.open_run(a_run(), ME, later(minutes=4), UNTIL) is None


def test_a_run_past_planning_is_returned_as_it_stands(journal: Journal) -> None:
    started(journal, a_point())
    again = journal.runs.open_run(a_run(), OTHER, UNTIL, NOW)
    assert again is not None
    assert (again.state, again.total) == (RunState.RUNNING, 1)


def test_of_eight_that_open_a_run_at_once_one_plans(journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: journal.runs.open_run(a_run(), f"me-{n}", UNTIL, NOW), range(8)))
    assert sum(result is not None for result in results) == 1


def test_starting_a_run_writes_what_planning_found_and_leaves_the_counts_alone(journal: Journal) -> None:
    run, point = a_run(), a_point()
    journal.runs.open_run(run, ME, UNTIL, NOW)
    journal.points.add_points([point, a_point("logs")])
    journal.points.finish(point, Outcome(PointState.FAILED, NOW, "volume gone"))
    journal.runs.start_run(replace(run, total=2, degraded="API down", skipped={"efs": 3}, ends_untold=True))
    assert journal.runs.run(run.id) == replace(
        run,
        state=RunState.RUNNING,
        total=2,
        failed=1,
        degraded="API down",
        skipped={"efs": 3},
        ends_untold=True,
    )


def test_starting_a_run_twice_changes_nothing(journal: Journal) -> None:
    run = started(journal, a_point())
    journal.runs.start_run(replace(run, total=99))
    known = journal.runs.run(run.id)
    assert known is not None and known.total == 1


def test_an_unknown_run_is_none(journal: Journal) -> None:
    assert journal.runs.run("myeks.daily.19700101T000000Z") is None


# What was left


def test_what_was_left_is_read_back_and_replaced_by_the_next_attempt(journal: Journal) -> None:
    run = a_run()
    many = [Skipped(f"wordpress/claim-{n}", "efs", "the data is on EFS") for n in range(1200)]
    journal.runs.add_skipped(run.id, many)
    assert list(journal.runs.skipped(run.id)) == many
    journal.runs.add_skipped(run.id, many[:2])
    assert list(journal.runs.skipped(run.id)) == many[:2]


def test_a_run_that_left_nothing_says_so(journal: Journal) -> None:
    journal.runs.add_skipped(a_run().id, [])
    assert list(journal.runs.skipped(a_run().id)) == []


def test_a_run_is_closed_once_and_open_until_it_was_announced(journal: Journal) -> None:
    run = started(journal)
    assert [r.id for r in journal.runs.open_runs()] == [run.id]
    assert journal.runs.close_run(run.id, RunState.COMPLETED, later(hours=1)) is True
    assert journal.runs.close_run(run.id, RunState.FAILED, later(hours=2)) is False
    (closed,) = journal.runs.open_runs()
    assert (closed.state, closed.closed_at) == (RunState.COMPLETED, later(hours=1))
    journal.runs.mark_announced(run.id)
    assert list(journal.runs.open_runs()) == []
    known = journal.runs.run(run.id)
    assert known is not None and known.announced


def test_a_closed_run_stays_open_while_it_has_late_points(journal: Journal) -> None:
    run = started(journal)
    journal.runs.write_late(run.id, 2)
    assert journal.runs.close_run(run.id, RunState.PARTIALLY_FAILED, later(hours=1))
    journal.runs.mark_announced(run.id)
    (known,) = journal.runs.open_runs()
    assert (known.announced, known.late, known.state) == (True, 2, RunState.PARTIALLY_FAILED)
    journal.runs.write_late(run.id, 1)
    assert [item.late for item in journal.runs.open_runs()] == [1]
    journal.runs.write_late(run.id, 0)
    assert list(journal.runs.open_runs()) == []
    journal.runs.write_late("no such run", 1)
    assert journal.runs.run("no such run") is None


def test_no_late_points_leave_a_run_open_that_was_not_announced(journal: Journal) -> None:
    run = started(journal)
    journal.runs.write_late(run.id, 1)
    journal.runs.write_late(run.id, 0)
    assert [item.id for item in journal.runs.open_runs()] == [run.id]
    journal.runs.close_run(run.id, RunState.COMPLETED, later(hours=1))
    journal.runs.mark_announced(run.id)
    assert list(journal.runs.open_runs()) == []


def test_runs_of_a_policy_are_given_from_a_slot_on_oldest_first(journal: Journal) -> None:
    slots = [SLOT + timedelta(days=day) for day in range(4)]
    for slot in reversed(slots):
        journal.runs.open_run(a_run(slot=slot), ME, UNTIL, NOW)
    journal.runs.open_run(a_run(policy="weekly"), ME, UNTIL, NOW)
    journal.runs.open_run(a_run(cluster="other"), ME, UNTIL, NOW)
    found = [run.slot for run in journal.runs.runs_of("myeks", "daily", slots[1])]
    assert found == slots[1:]
