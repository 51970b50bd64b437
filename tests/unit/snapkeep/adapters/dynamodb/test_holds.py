"""Holds in DynamoDB, beyond what the contract says."""

from __future__ import annotations

from typing import Any

from snapkeep.adapters.dynamodb.holds import HoldRecords
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.holds import Hold
from tests.contract.ports.samples import NOW, TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_a_hold_never_expires_by_itself_because_its_tag_would_stay(client: CountingClient) -> None:
    real: Any = client
    HoldRecords(Table(real, TABLE, sleep=lambda _: None)).write_hold(Hold("snap-1", "ann", "audit", NOW))
    assert "expires_at" not in client.item("HOLD#snap-1", "HOLDER#ann")
