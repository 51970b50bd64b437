"""Runs in DynamoDB: what may expire and when, beyond what the contract says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.runs import DynamoRuns
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.backup.runs import RunState, Skipped
from tests.contract.ports.samples import NOW, SLOT, TABLE, a_run, later
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

RUN = f"RUN#{a_run().id}"


@pytest.fixture
def runs(client: CountingClient) -> DynamoRuns:
    real: Any = client
    return DynamoRuns(Table(real, TABLE, sleep=lambda _: None))


def test_an_open_run_never_expires_and_a_closed_one_does(runs: DynamoRuns, client: CountingClient) -> None:
    runs.open_run(a_run(), "me", later(minutes=2), NOW)
    runs.add_skipped(a_run().id, [Skipped("wordpress/files", "efs", "the data is on EFS")])
    runs.start_run(a_run())
    assert "expires_at" not in client.item(RUN, "RUN")
    assert "expires_at" not in client.item(RUN, "LEFT#0000")

    runs.close_run(a_run().id, RunState.COMPLETED, NOW)
    expected = {"N": str(schema.expiry(NOW))}
    assert client.item(RUN, "RUN")["expires_at"] == expected
    assert client.item(RUN, "LEFT#0000")["expires_at"] == expected


def test_an_announced_run_leaves_the_index_of_open_ones(runs: DynamoRuns, client: CountingClient) -> None:
    runs.open_run(a_run(), "me", later(minutes=2), NOW)
    assert client.item(RUN, "RUN")["open"] == {"S": "yes"}
    runs.mark_announced(a_run().id)
    assert "open" not in client.item(RUN, "RUN")


def test_starting_a_run_gives_its_planning_lease_back(runs: DynamoRuns, client: CountingClient) -> None:
    runs.open_run(a_run(), "me", later(minutes=2), NOW)
    runs.start_run(a_run())
    assert not {"lease_owner", "lease_until"} & set(client.item(RUN, "RUN"))


def test_a_year_of_runs_is_listed_with_few_calls(runs: DynamoRuns, client: CountingClient) -> None:
    for day in range(365):
        runs.open_run(a_run(slot=SLOT + timedelta(days=day)), "me", later(minutes=2), NOW)
    client.calls.clear()
    found = list(runs.runs_of("myeks", "daily", SLOT + timedelta(days=100)))
    assert [run.slot for run in found] == [SLOT + timedelta(days=day) for day in range(100, 365)]
    assert client.calls["query"] == 1
    assert client.calls["batch_get_item"] == 3
