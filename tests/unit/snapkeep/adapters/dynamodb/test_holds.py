"""Holds in DynamoDB, beyond what the contract says."""

from __future__ import annotations

from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.holds import DynamoHolds
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.times import precise
from tests.contract.ports.samples import NOW, TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_a_hold_never_expires_by_itself_because_its_tag_would_stay(client: CountingClient) -> None:
    real: Any = client
    DynamoHolds(Table(real, TABLE, sleep=lambda _: None)).write_hold(Hold("snap-1", "ann", "audit", NOW))
    assert "expires_at" not in client.item("HOLD#snap-1", "HOLDER#ann")


def test_a_hold_of_a_version_before_names_nobody_in_its_tag(client: CountingClient) -> None:
    real: Any = client
    table = Table(real, TABLE, sleep=lambda _: None)
    table.put(
        {**schema.hold_key("snap-1", "api"), "open": schema.OPEN_HOLDS, "slot": precise(NOW)}
        | {"snapshot_id": "snap-1", "holder": "api", "reason": "audit", "by": "arn"}
    )
    assert DynamoHolds(table).holds("snap-1") == (Hold("snap-1", "api", "audit", NOW, "arn", named=False),)
