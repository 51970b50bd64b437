"""Points in DynamoDB: how many calls they cost, and what happens when many write at once."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.dynamodb import dynamo_journal, schema
from snapkeep.adapters.dynamodb.table import Contended
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import PointState
from snapkeep.ports.journal import Journal
from snapkeep.ports.points import Creation, Outcome
from tests.contract.ports.samples import NOW, TABLE, a_point, a_run, later
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

READY = Outcome(PointState.READY, NOW, snapshot_id="snap-1")


class ConflictingClient(CountingClient):
    """Cancels the next transactions, as DynamoDB does when others write the same items."""

    conflicts = 0

    def transact_write_items(self, **request: Any) -> Any:
        self.calls["transact_write_items"] += 1
        if self.conflicts:
            self.conflicts -= 1
            reasons: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": "[None, TransactionConflict]"}
            }
            raise ClientError(reasons, "TransactWriteItems")
        return self.client.transact_write_items(**request)


@pytest.fixture
def busy(client: CountingClient) -> ConflictingClient:
    return ConflictingClient(client.client)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def journal(busy: ConflictingClient, pauses: list[float]) -> Journal:
    real: Any = busy
    journal = dynamo_journal(real, TABLE, sleep=pauses.append)
    journal.runs.open_run(a_run(), "me", later(minutes=2), NOW)
    journal.points.add_points([a_point()])
    journal.runs.start_run(a_run())
    busy.calls.clear()
    return journal


def test_points_are_planned_a_hundred_a_write(journal: Journal, busy: ConflictingClient) -> None:
    journal.points.add_points([a_point(f"claim-{number}") for number in range(101)])
    assert busy.calls == {"transact_write_items": 2}


def test_the_end_of_a_point_is_one_write(journal: Journal, busy: ConflictingClient) -> None:
    assert journal.points.finish(a_point(), READY)
    assert busy.calls == {"transact_write_items": 1}


def test_an_end_is_counted_although_others_end_at_the_same_time(
    journal: Journal, busy: ConflictingClient, pauses: list[float]
) -> None:
    busy.conflicts = 4
    assert journal.points.finish(a_point(), READY) is True
    run = journal.runs.run(a_run().id)
    assert run is not None and run.ready == 1
    assert len(pauses) == 4


def test_an_end_that_never_gets_through_is_tried_again_later(
    journal: Journal, busy: ConflictingClient
) -> None:
    busy.conflicts = 99
    with pytest.raises(Contended, match=a_run().id):
        journal.points.finish(a_point(), READY)


def test_created_snapshots_get_through_a_crowd(journal: Journal, busy: ConflictingClient) -> None:
    busy.conflicts = 2
    journal.creations.write_created(a_run().id, [Creation(a_point().id, "snap-1", NOW)])
    (point,) = journal.points.points(a_run().id, [a_point().id])
    assert point.snapshot_id == "snap-1"


def test_more_snapshots_than_one_transaction_holds_are_refused(journal: Journal) -> None:
    with pytest.raises(PermanentError, match="101 snapshots at once"):
        journal.creations.write_created(a_run().id, [Creation(f"p-{n}", "snap-1") for n in range(101)])


def test_only_final_points_may_expire(journal: Journal, busy: ConflictingClient) -> None:
    key = f"RUN#{a_run().id}", f"POINT#{a_point().id}"
    assert "expires_at" not in busy.item(*key)
    journal.points.finish(a_point(), READY)
    assert busy.item(*key)["expires_at"] == {"N": str(schema.expiry(NOW))}


def test_a_completion_event_finds_its_point_with_two_reads(journal: Journal, busy: ConflictingClient) -> None:
    assert journal.points.find_point(a_point().id) == a_point()
    assert busy.calls == {"query": 1, "get_item": 1}
