"""Restores in DynamoDB: what may expire and when, beyond what the contract says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.restores import DynamoRestores
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.restore.operations import Stage
from tests.contract.ports.samples import TABLE
from tests.fakes.restore_samples import NOW, a_restore
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_an_open_restore_never_expires_and_an_ended_one_does(client: CountingClient) -> None:
    real: Any = client
    records = DynamoRestores(Table(real, TABLE, sleep=lambda _: None))
    restore = records.add_restore(a_restore())
    pk = f"RESTORE#{restore.id}"
    assert "expires_at" not in client.item(pk, "RESTORE")
    bound = records.write_restore(restore.happened(NOW, "bound", Stage.BOUND))
    assert "expires_at" not in client.item(pk, "RESTORE")
    records.write_restore(replace(bound, cleaned=True))
    item = client.item(pk, "RESTORE")
    assert item["expires_at"] == {"N": str(schema.expiry(NOW))} and "open" not in item
