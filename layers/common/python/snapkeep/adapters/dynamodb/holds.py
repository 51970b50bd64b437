"""Holds in the journal's table. They never expire by TTL, because the tag of an ended one must still be
removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.table import IS_NEW, Refused, Table, key_of
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item


class DynamoHolds:
    """Implements the Holds port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_hold(self, hold: Hold) -> None:
        longer = f"{IS_NEW} OR attribute_exists(#lifted_at) OR #slot <= :until"
        with suppress(Refused):
            self._table.put(_item(hold), longer, {"until": precise(hold.until)})

    def lift_hold(self, hold: Hold) -> None:
        self._table.put(_item(hold))

    def holds(self, snapshot_id: str) -> Sequence[Hold]:
        """The holds on a snapshot, by holder."""
        found = self._table.query("#pk = :pk", {"pk": schema.hold_key(snapshot_id, "")[schema.PK]})
        return tuple(self._table.read(item, _hold) for item in found)

    def remove_hold(self, hold: Hold) -> None:
        with suppress(Refused):
            self._table.delete(
                schema.hold_key(hold.snapshot_id, hold.holder),
                f"{IS_NEW} OR #slot = :slot",
                {"slot": _item(hold)["slot"]},
            )

    def ended_holds(self, now: datetime) -> Iterator[Hold]:
        """Released or ended holds; the index lags, so each is read again."""
        values = {"open": schema.OPEN_HOLDS, "now": precise(now)}
        found = self._table.query("#open = :open AND #slot <= :now", values, schema.OPEN_INDEX)
        for some in chunks([key_of(item) for item in found], 100):
            holds = self._table.read_each(self._table.get_many(some), _hold)
            yield from (hold for hold in holds if hold.ended(now))


def _item(hold: Hold) -> dict[str, Any]:
    return {
        **schema.hold_key(hold.snapshot_id, hold.holder),
        "open": schema.OPEN_HOLDS,
        "slot": precise(hold.lifted_at or hold.until),
        "snapshot_id": hold.snapshot_id,
        "holder": hold.holder,
        "reason": hold.reason,
        "by": hold.by,
        "named": hold.named,
    } | ({"lifted_at": precise(hold.lifted_at), "until": precise(hold.until)} if hold.lifted_at else {})


def _hold(item: Item) -> Hold:
    return Hold(
        snapshot_id=item["snapshot_id"],
        holder=item["holder"],
        reason=item["reason"],
        until=datetime.fromisoformat(item.get("until") or item["slot"]),
        by=item["by"],
        lifted_at=datetime.fromisoformat(item["lifted_at"]) if "lifted_at" in item else None,
        named=item.get("named", False),
    )
