"""The catalogue in DynamoDB: what a page costs, beyond what the contract says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from snapkeep.adapters.dynamodb.catalogue import DynamoCatalogue
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.report.catalogue import Entry
from tests.contract.ports.samples import TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)


def test_entries_are_read_by_one_call_and_never_expire(client: CountingClient) -> None:
    real: Any = client
    records = DynamoCatalogue(Table(real, TABLE, sleep=lambda _: None))
    entries = [Entry("app", f"c-{number:03}", SLOT, f"p-{number}", "snap-1", "n") for number in range(300)]
    records.put_entries("myeks", entries)
    before = client.calls["query"]
    assert list(records.entries("myeks", "", entries[9].place, 200)) == entries[10:210]
    assert client.calls["query"] - before == 1
    assert "expires_at" not in client.item("CATALOGUE#myeks", f"POINT {entries[0].place}")
