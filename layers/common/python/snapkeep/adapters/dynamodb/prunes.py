"""Prunes and sweeps of clusters in the journal's table."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, at_of
from snapkeep.adapters.dynamodb.table import ATTEMPTS, Contended, Refused, Table
from snapkeep.domain.retention.deletion.deletions import Announced, LastPrune, PruneLease
from snapkeep.domain.times import precise

LEASE_FREE = "attribute_not_exists(#owner) OR #until <= :now OR #owner = :owner"


class DynamoPrunes:
    """Implements the Prunes port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lease_prune(self, lease: PruneLease, now: datetime) -> PruneLease:
        key = schema.prune_lease_key(lease.cluster)
        values = {"owner": lease.owner, "until": precise(lease.until), "now": precise(now)}
        for attempt in range(ATTEMPTS):
            try:
                self._table.update(key, "SET #owner = :owner, #until = :until", LEASE_FREE, values)
                return lease
            except Refused:
                item = self._table.get(key) or {}
            if "owner" in item:
                return PruneLease(lease.cluster, item["owner"], datetime.fromisoformat(item["until"]))
            self._table.pause(attempt)  # it was released between the two calls
        raise Contended(f"the prune lease of {lease.cluster}")

    def release_prune(self, cluster: str, owner: str) -> None:
        key = schema.prune_lease_key(cluster)
        try:
            self._table.update(key, "REMOVE #owner, #until", "#owner = :owner", {"owner": owner})
        except Refused:
            return

    def last_prune(self, cluster: str) -> LastPrune | None:
        item = self._table.get(schema.last_prune_key(cluster))
        if item is None:
            return None
        return self._table.read(item, partial(_last_prune, cluster))

    def write_last_prune(self, prune: LastPrune) -> None:
        key = schema.last_prune_key(prune.cluster)
        self._table.put({**key, "at": precise(prune.at), "pending": list(prune.pending)})

    def last_sweep(self, cluster: str) -> datetime | None:
        """When a sweep of a cluster was last completed."""
        item = self._table.get(schema.last_sweep_key(cluster))
        return self._table.read(item, at_of) if item else None

    def write_last_sweep(self, cluster: str, at: datetime) -> None:
        """Journal that a sweep was completed."""
        self._table.put({**schema.last_sweep_key(cluster), "at": precise(at)})

    def announced(self, cluster: str) -> Announced:
        item = self._table.get(schema.announced_key(cluster))
        return self._table.read(item, partial(_told, cluster)) if item else Announced(cluster)

    def record_announced(self, told: Announced) -> None:
        key = schema.announced_key(told.cluster)
        self._table.put({**key, "frozen": told.frozen, "orphaned": list(told.orphaned)})


def _last_prune(cluster: str, item: Item) -> LastPrune:
    return LastPrune(cluster, at_of(item), tuple(item["pending"]))


def _told(cluster: str, item: Item) -> Announced:
    return Announced(cluster, item["frozen"], tuple(item["orphaned"]))
