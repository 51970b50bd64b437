"""Absences in DynamoDB, beyond what the contract says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from snapkeep.adapters.dynamodb.absences import DynamoAbsences
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.domain.retention.deletion.absences import Absence
from tests.contract.ports.samples import NOW, TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient


def test_an_absence_is_remembered_for_as_long_as_the_bin_keeps_a_snapshot(
    client: CountingClient,
) -> None:
    real: Any = client
    DynamoAbsences(Table(real, TABLE, sleep=lambda _: None)).write_absences([Absence("snap-1", NOW)])
    expires = int(client.item("ABSENCE#snap-1", "ABSENCE")["expires_at"]["N"])
    assert expires > (NOW + timedelta(days=365)).timestamp()
