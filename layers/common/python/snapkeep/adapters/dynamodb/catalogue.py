"""The catalogue of recovery points in the journal's table: one item per point, in listing order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, at_of
from snapkeep.domain.report.catalogue import Entry
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.table import Table


class DynamoCatalogue:
    """Implements the Catalogue port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Write entries, replacing those with the same place."""
        self._table.put_many([_item(cluster, entry) for entry in entries])

    def remove_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Remove entries; those that are already gone are success."""
        self._table.delete_many([schema.entry_key(cluster, entry.place) for entry in entries])

    def entries(self, cluster: str, prefix: str, after: str, limit: int) -> Sequence[Entry]:
        """The next entries whose place begins with `prefix` and follows `after`, in order: one call."""
        values = {
            "cluster": schema.entry_key(cluster, "")[schema.PK],
            "first": schema.entry_key(cluster, max(prefix, after))[schema.SK],
            "last": schema.entry_key(cluster, prefix)[schema.SK] + schema.BEHIND_ALL,
        }
        condition = "#pk = :cluster AND #sk BETWEEN :first AND :last"
        # The range includes the place `after` itself, so one more is read.
        found = [self._table.read(item, _entry) for item in self._table.first(condition, values, limit + 1)]
        return [entry for entry in found if entry.place > after][:limit]

    def all_entries(self, cluster: str) -> Iterator[Entry]:
        """The whole catalogue of a cluster, in order, read page by page."""
        values = {"cluster": schema.entry_key(cluster, "")[schema.PK], "entry": schema.ENTRY_PREFIX}
        found = self._table.query("#pk = :cluster AND begins_with(#sk, :entry)", values)
        yield from self._table.read_each(found, _entry)

    def catalogue_complete_since(self, cluster: str) -> datetime | None:
        item = self._table.get(schema.catalogue_key(cluster))
        return self._table.read(item, at_of) if item else None

    def mark_catalogue_complete(self, cluster: str, at: datetime) -> None:
        self._table.put({**schema.catalogue_key(cluster), "at": precise(at)})


def _item(cluster: str, entry: Entry) -> Item:
    return {
        **schema.entry_key(cluster, entry.place),
        "namespace": entry.namespace,
        "claim": entry.claim,
        "slot_seconds": str(int(entry.slot.timestamp())),
        "point": entry.point_id,
        "snapshot": entry.snapshot_id,
        "policy": entry.policy,
    }


def _entry(item: Item) -> Entry:
    return Entry(
        namespace=item["namespace"],
        claim=item["claim"],
        slot=datetime.fromtimestamp(int(item["slot_seconds"]), UTC),
        point_id=item["point"],
        snapshot_id=item["snapshot"],
        policy=item["policy"],
    )
