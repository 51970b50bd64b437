"""Points that were measured for the archive tier, or moved there, in the journal's table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, plain, time_of
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table
from snapkeep.domain.archive.records import Archive, ArchiveStage

KEEP: dict[ArchiveStage, timedelta] = {
    ArchiveStage.MEASURED: timedelta(days=180),
    ArchiveStage.FAILED: timedelta(days=30),
    ArchiveStage.ARCHIVED: timedelta(days=400),
}
"""How long a record stays after its last change; then the point is measured and tried again."""


def archive_key(cluster: str, snapshot_id: str) -> schema.Key:
    """The key of what is known of a snapshot that may be archived."""
    return {schema.PK: f"ARCHIVES#{cluster}", schema.SK: snapshot_id}


class DynamoArchives:
    """Implements the Archives port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def archive(self, cluster: str, snapshot_id: str) -> Archive | None:
        item = self._table.get(archive_key(cluster, snapshot_id))
        return self._table.read(item, _archive) if item else None

    def archives(self, cluster: str) -> Iterator[Archive]:
        found = self._table.query("#pk = :cluster", {"cluster": archive_key(cluster, "")[schema.PK]})
        yield from self._table.read_each(found, _archive)

    def write_archive(self, archive: Archive) -> Archive:
        following = replace(archive, revision=archive.revision + 1)
        condition = "#revision = :known" if archive.revision else IS_NEW
        known = {"known": archive.revision} if archive.revision else {}
        try:
            self._table.put(_item(following), condition, known)
        except Refused as error:
            raise Contended(f"the archive of {archive.snapshot_id}") from error
        return following

    def forget_archive(self, archive: Archive) -> None:
        key = archive_key(archive.cluster, archive.snapshot_id)
        with suppress(Refused):
            self._table.delete(key, "#revision = :known", {"known": archive.revision})


def _item(archive: Archive) -> Item:
    keep = KEEP.get(archive.stage)
    ended = archive.ended_at or archive.measured_at
    return {
        **archive_key(archive.cluster, archive.snapshot_id),
        **plain(archive),
        **({schema.EXPIRES_AT: schema.expiry(ended, keep)} if keep else {}),
    }


def _archive(item: Item) -> Archive:
    """The record in an item. Raises ValueError or KeyError for one that this version cannot read."""
    return Archive(
        cluster=item["cluster"],
        snapshot_id=item["snapshot_id"],
        subject=item["subject"],
        policy=item["policy"],
        volume=item["volume"],
        before=item["before"],
        following=item["following"],
        unique=int(item["unique"]),
        full=int(item["full"]),
        measured_at=datetime.fromisoformat(item["measured_at"]),
        stage=ArchiveStage(item["stage"]),
        attempt=int(item["attempt"]),
        intent_at=time_of(item.get("intent_at")),
        ended_at=time_of(item.get("ended_at")),
        reason=item.get("reason", ""),
        revision=int(item["revision"]),
    )
