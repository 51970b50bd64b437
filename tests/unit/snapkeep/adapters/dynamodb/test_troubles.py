"""Troubles in the table: what does not fit into an item goes into the next, and long reasons are cut."""

from __future__ import annotations

from typing import Any

from snapkeep.adapters.dynamodb.table import Table
from snapkeep.adapters.dynamodb.troubles import PAGE, REASON, DynamoTroubles
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from tests.contract.ports.samples import NOW, TABLE

TOPIC = Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly")


def test_thousands_of_troubles_with_endless_reasons_fit(client: Any) -> None:
    records = DynamoTroubles(Table(client, TABLE, lambda _: None))
    names = [f"shop/{number:0>250}" for number in range(2 * PAGE + 1)]
    many = {name: Trouble(name, "\u2603" * 5000, NOW) for name in names}
    records.write_troubles(TOPIC, many, NOW)
    page = client.item("TROUBLES#backup late/myeks/nightly", "PAGE#0000")["troubles"]["S"]
    assert len(page.encode()) < 400_000
    found = records.troubles(TOPIC)
    assert found.keys() == many.keys()
    assert {len(trouble.reason) for trouble in found.values()} == {REASON}
