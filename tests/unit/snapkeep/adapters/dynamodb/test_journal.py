"""One journal: the halves that know runs and points share one table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.adapters.dynamodb import DynamoJournal
from snapkeep.domain.points import PointState
from snapkeep.domain.runs import RunState
from snapkeep.ports import Creation, Journal, Outcome
from tests.contract.ports.samples import NOW, TABLE, a_point, a_run, later
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_a_backup_of_one_claim_is_told_by_the_journal_from_plan_to_end(client: CountingClient) -> None:
    real: Any = client
    journal: Journal = DynamoJournal(real, TABLE, sleep=lambda _: None)
    run, point = a_run(), a_point()

    journal.open_run(run, "planner", later(minutes=2), NOW)
    journal.add_points([point])
    journal.start_run(replace(run, total=1))

    journal.lease(point, "taker", later(minutes=2), NOW)
    journal.write_intent(point, "taker", NOW)
    journal.write_created(run.id, [Creation(point.id, "snap-1", NOW, 2**30)])
    journal.release(point, "taker")

    found = journal.find_point(point.id)
    assert found is not None and found.state is PointState.PENDING
    journal.finish(found, Outcome(PointState.READY, later(minutes=5), snapshot_id="snap-1"))

    known = journal.run(run.id)
    assert known is not None and known.is_settled
    assert journal.close_run(run.id, RunState.COMPLETED, later(minutes=5))
    journal.mark_announced(run.id)
    assert list(journal.open_runs()) == []
    assert [point.state for point in journal.points_of(run.id)] == [PointState.READY]
