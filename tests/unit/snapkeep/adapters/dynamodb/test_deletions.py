"""Deletions in DynamoDB: what may expire and when, beyond what the contract says."""

from __future__ import annotations

from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.deletions import DynamoDeletions
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.retention.deletion.deletions import Deletion
from tests.contract.ports.samples import NOW, TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_an_open_deletion_never_expires_and_an_ended_one_does(client: CountingClient) -> None:
    real: Any = client
    deletions = DynamoDeletions(Table(real, TABLE, sleep=lambda _: None))
    deletions.intend_deletions([Deletion("snap-1", "myeks", "no rule keeps it", NOW)])
    assert "expires_at" not in client.item("DELETION#snap-1", "DELETION")
    deletions.end_deletions(["snap-1"], "deleted", NOW)
    item = client.item("DELETION#snap-1", "DELETION")
    assert item["expires_at"] == {"N": str(schema.expiry(NOW))} and "open" not in item
