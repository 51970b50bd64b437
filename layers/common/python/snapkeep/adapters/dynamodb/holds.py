"""Holds in the journal's table: they never expire by TTL, because an ended one still has a tag to lift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from snapkeep.adapters.aws import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, time_text
from snapkeep.adapters.dynamodb.table import Table, key_of
from snapkeep.domain.holds import Hold


class HoldRecords:
    """The part of the journal that knows holds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_hold(self, hold: Hold) -> None:
        """Write a holder's hold, replacing an earlier one of the same holder."""
        self._table.put(_item(hold))

    def holds(self, snapshot_id: str) -> Sequence[Hold]:
        """The holds on a snapshot, by holder."""
        found = self._table.query("#pk = :pk", {"pk": schema.hold_key(snapshot_id, "")[schema.PK]})
        return tuple(map(_hold, found))

    def remove_hold(self, snapshot_id: str, holder: str) -> None:
        """Forget a hold; one that is not there is success."""
        self._table.delete(schema.hold_key(snapshot_id, holder))

    def ended_holds(self, now: datetime) -> Iterator[Hold]:
        """Holds whose time is over; the index lags, so each is read again."""
        values = {"open": schema.OPEN_HOLDS, "now": time_text(now)}
        found = self._table.query("#open = :open AND #slot <= :now", values, schema.OPEN_INDEX)
        for some in chunks([key_of(item) for item in found], 100):
            holds = map(_hold, self._table.get_many(some))
            yield from (hold for hold in holds if hold.ended(now))


def _item(hold: Hold) -> dict[str, Any]:
    return {
        **schema.hold_key(hold.snapshot_id, hold.holder),
        "open": schema.OPEN_HOLDS,
        "slot": time_text(hold.until),
        "snapshot_id": hold.snapshot_id,
        "holder": hold.holder,
        "reason": hold.reason,
        "by": hold.by,
    }


def _hold(item: Item) -> Hold:
    return Hold(
        snapshot_id=item["snapshot_id"],
        holder=item["holder"],
        reason=item["reason"],
        until=datetime.fromisoformat(item["slot"]),
        by=item["by"],
    )
