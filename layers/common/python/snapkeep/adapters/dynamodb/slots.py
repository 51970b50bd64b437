"""The records of policies' slots, in the journal's table."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import at_of, slot_record_item, slot_record_of
from snapkeep.adapters.dynamodb.table import IS_NEW, Refused, Table
from snapkeep.domain.backup.slot_record import SlotRecord
from snapkeep.domain.times import precise


class DynamoSlots:
    """Implements the Slots port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def first_seen(self, cluster: str, policy: str, now: datetime) -> datetime:
        """When a policy was first seen: now, on the first call."""
        key = schema.seen_key(cluster, policy)
        try:
            self._table.put({**key, "at": precise(now)}, IS_NEW)
        except Refused:
            item = self._table.get(key)
            return self._table.read(item, at_of) if item else now
        return now

    def slot_record(self, cluster: str, policy: str) -> SlotRecord:
        item = self._table.get(schema.slots_key(cluster, policy))
        if item is None:
            return SlotRecord(cluster, policy)
        return self._table.read(item, partial(slot_record_of, cluster, policy))

    def write_slot_record(self, record: SlotRecord) -> bool:
        item = {**schema.slots_key(record.cluster, record.policy), **slot_record_item(record)}
        condition = "#version = :read" if record.version else IS_NEW
        try:
            self._table.put(item, condition, {"read": record.version} if record.version else {})
        except Refused:
            return False
        return True
