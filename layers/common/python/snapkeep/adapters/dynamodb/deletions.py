"""Deletions in the journal's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.table import WRITE_BATCH, Refused, Table, key_of
from snapkeep.domain.errors import UnreadableRecord
from snapkeep.domain.retention.deletion.deletions import Deletion, DeletionStep
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item

IS_OPEN = "attribute_exists(#open)"
NOT_OPEN = "attribute_not_exists(#open)"


class DynamoDeletions:
    """Implements the Deletions port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        unreadable: list[str] = []
        for some in chunks(deletions, WRITE_BATCH):
            try:
                self._table.write_all(
                    [("Put", self._table.put_statement(_item(item), NOT_OPEN, {})) for item in some]
                )
            except (Refused, UnreadableRecord):  # one is in progress: the others are written one by one
                unreadable += [item.snapshot_id for item in some if not self._intend(item)]
        return unreadable

    def _intend(self, deletion: Deletion) -> bool:
        """Journal one deletion; False when it is known and cannot be read."""
        try:
            self._table.put(_item(deletion), NOT_OPEN)
        except (Refused, UnreadableRecord):
            known = self._table.get(schema.deletion_key(deletion.snapshot_id))
            return known is None or any(True for _ in self._table.read_each([known], _deletion))
        return True

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        """Deletions of a cluster that are not ended; the index lags."""
        values = {"open": schema.open_deletions_key(cluster)}
        keys = [key_of(item) for item in self._table.query("#open = :open", values, schema.OPEN_INDEX)]
        for some in chunks(keys, 100):
            items = (item for item in self._table.get_many(some) if "open" in item)
            yield from self._table.read_each(items, _deletion)

    def move_deletions(self, snapshot_ids: Sequence[str], step: DeletionStep) -> None:
        self._change(snapshot_ids, "SET #step = :step", {"step": step.value})

    def end_deletions(self, snapshot_ids: Sequence[str], outcome: str, now: datetime) -> None:
        """Journal how open deletions ended, in words; from now on the records may expire."""
        values = {"outcome": outcome, "now": precise(now), "expires": schema.expiry(now)}
        change = "SET #outcome = :outcome, #ended_at = :now, #expires_at = :expires REMOVE #open"
        self._change(snapshot_ids, change, values)

    def knows_deletion(self, snapshot_id: str) -> bool:
        return self._table.get(schema.deletion_key(snapshot_id)) is not None

    def _change(self, snapshot_ids: Sequence[str], change: str, values: Item) -> None:
        """Change the open ones. One of the others cancels a transaction: then they are changed one by one."""
        for some in chunks(snapshot_ids, WRITE_BATCH):
            keys = [schema.deletion_key(snapshot_id) for snapshot_id in some]
            if len(keys) > 1:
                statements = [self._table.update_statement(key, change, IS_OPEN, values) for key in keys]
                try:
                    self._table.write_all([("Update", statement) for statement in statements])
                    continue
                except (Refused, UnreadableRecord):
                    pass
            for key in keys:
                with suppress(Refused):
                    self._table.update(key, change, IS_OPEN, values)


def _item(deletion: Deletion) -> dict[str, str]:
    return {
        **schema.deletion_key(deletion.snapshot_id),
        "open": schema.open_deletions_key(deletion.cluster),
        "slot": precise(deletion.planned_at),
        "snapshot_id": deletion.snapshot_id,
        "cluster": deletion.cluster,
        "reason": deletion.reason,
        "step": deletion.step.value,
    }


def _deletion(item: Item) -> Deletion:
    return Deletion(
        snapshot_id=item["snapshot_id"],
        cluster=item["cluster"],
        reason=item["reason"],
        planned_at=datetime.fromisoformat(item["slot"]),
        step=DeletionStep(item["step"]),
    )
