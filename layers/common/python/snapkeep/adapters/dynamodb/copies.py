"""Copies to places in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, plain, time_of
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.copies.places import KnownPlace, Queued
from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.times import precise

LEASE_FREE = "attribute_not_exists(#owner) OR #until <= :now OR #owner = :owner"


class DynamoCopies:
    """Implements the CopyRecords port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lease_place(self, place: str, owner: str, until: datetime, now: datetime) -> bool:
        values = {"owner": owner, "until": precise(until), "now": precise(now)}
        try:
            key = schema.place_lease_key(place)
            self._table.update(key, "SET #owner = :owner, #until = :until", LEASE_FREE, values)
        except Refused:
            return False
        return True

    def release_place(self, place: str, owner: str) -> None:
        key = schema.place_lease_key(place)
        with suppress(Refused):
            self._table.update(key, "REMOVE #owner, #until", "#owner = :owner", {"owner": owner})

    def write_copy(self, record: CopyRecord, owner: str) -> CopyRecord:
        """Write a record and, in the same transaction, check that the lease is still held."""
        following = replace(record, revision=record.revision + 1)
        known = is_known(record)
        lease = schema.place_lease_key(record.place)
        held = self._table.update_statement(lease, "SET #wrote = :owner", "#owner = :owner", {"owner": owner})
        written = self._table.put_statement(copy_item(following), *known)
        try:
            self._table.write_all([("Update", held), ("Put", written)])
        except Refused as error:
            raise Contended(f"the copy of {record.point_id} to {record.place}") from error
        return following

    def copies(self, place: str, points: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], CopyRecord]:
        keys = [schema.copy_key(place, cluster, point) for cluster, point in dict.fromkeys(points)]
        found = self._table.read_each(self._table.get_many(keys), copy_record)
        return {(record.cluster, record.point_id): record for record in found}

    def open_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies that may be in progress; the index lags."""
        for record in in_index(self._table, schema.open_copies_key(place)):
            if record.stage.is_open:
                yield record

    def failed_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies whose last attempt failed; the index lags."""
        for record in in_index(self._table, schema.failed_copies_key(place)):
            if record.stage.has_failed:
                yield record

    def unlocked_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies that are ready without the lock that their rule asks for; the index lags."""
        for record in in_index(self._table, schema.unlocked_copies_key(place)):
            if record.is_unlocked:
                yield record

    def places(self) -> Iterator[KnownPlace]:
        found = self._table.query("#pk = :places", {"places": schema.PLACES})
        yield from self._table.read_each(found, _known_place)

    def write_place(self, place: KnownPlace) -> None:
        queue = json.dumps([[each.cluster, each.point_id, each.source, each.rule] for each in place.queue])
        self._table.put(
            {**schema.known_place_key(place.name, place.region), **plain(replace(place, queue=()))}
            | {"queue": queue}
        )

    def forget_place(self, name: str, region: str) -> None:
        self._table.delete(schema.known_place_key(name, region))

    def copies_of(self, place: str, cluster: str) -> Iterator[CopyRecord]:
        """All copies of a cluster's points to a place."""
        key = schema.copy_key(place, cluster, "")
        values = {"place": key[schema.PK], "cluster": key[schema.SK]}
        found = self._table.query("#pk = :place AND begins_with(#sk, :cluster)", values)
        yield from self._table.read_each(found, copy_record)


def in_index(table: Table, key: str) -> Iterator[CopyRecord]:
    """The records that the index lists under a key, as they are now."""
    entries = table.query("#open = :key", {"key": key}, schema.OPEN_INDEX)
    for some in chunks([key_of(entry) for entry in entries], 100):
        yield from table.read_each(table.get_many(some), copy_record)


def is_known(record: CopyRecord) -> tuple[str, dict[str, Any]]:
    """The condition that nobody wrote the record meanwhile, and its values."""
    return ("#revision = :known", {"known": record.revision}) if record.revision else (IS_NEW, {})


def copy_item(record: CopyRecord) -> dict[str, Any]:
    """The item of a record: in an index until it is ready and locked, with an expiry once it has ended."""
    ended = _ended(record)
    in_vault = record.account and record.stage is CopyStage.READY
    keep = schema.KEEP_IN_VAULT if in_vault else schema.KEEP_CLOSED
    index = _index(record)
    return {
        **schema.copy_key(record.place, record.cluster, record.point_id),
        **plain(record),
        **({"open": index} if index else {}),
        **({schema.EXPIRES_AT: schema.expiry(ended, keep)} if ended else {}),
        "slot": precise(record.intent_at or record.taken),
    }


def _ended(record: CopyRecord) -> datetime | None:
    """From when on a record is only history. A cancelled one stays, because a rule would want the copy again,
    and a complete one as long as its copy: nothing else notices if somebody deletes that."""
    if record.stage is CopyStage.CANCELLED:
        return None
    return record.gone_at if record.stage is CopyStage.READY and not record.account else record.ended_at


def _index(record: CopyRecord) -> str:
    """The key of a record in the index; "" for none."""
    if record.stage.is_open:
        return schema.open_copies_key(record.place)
    if record.stage.has_failed:
        return schema.failed_copies_key(record.place)
    if record.stage is CopyStage.CANCELLED:
        return schema.cancelled_copies_key(record.place)
    if record.is_unlocked:
        return schema.unlocked_copies_key(record.place)
    asked = record.stage is CopyStage.WAITING and record.asked_by
    return schema.asked_copies_key(record.place) if asked else ""


def _known_place(item: Item) -> KnownPlace:
    return KnownPlace(
        name=item["name"],
        region=item["region"],
        first_seen=datetime.fromisoformat(item["first_seen"]),
        last_seen=datetime.fromisoformat(item["last_seen"]),
        copies=int(item.get("copies", 0)),
        counted_at=time_of(item.get("counted_at")),
        listed=int(item.get("listed", 0)),
        listed_at=time_of(item.get("listed_at")),
        compared_at=time_of(item.get("compared_at")),
        queue=tuple(Queued(*each) for each in json.loads(item.get("queue", "[]"))),
    )


def copy_record(item: Item) -> CopyRecord:
    """The record an item holds."""
    return CopyRecord(
        place=item["place"],
        cluster=item["cluster"],
        point_id=item["point_id"],
        source=item["source"],
        region=item["region"],
        namespace=item["namespace"],
        claim=item["claim"],
        policy=item["policy"],
        rule=item["rule"],
        taken=datetime.fromisoformat(item["taken"]),
        stage=CopyStage(item["stage"]),
        attempt=int(item["attempt"]),
        snapshot_id=item.get("snapshot_id", ""),
        intent_at=time_of(item.get("intent_at")),
        empty_reads=int(item["empty_reads"]),
        last_read_at=time_of(item.get("last_read_at")),
        started_at=time_of(item.get("started_at")),
        ended_at=time_of(item.get("ended_at")),
        incremental=item.get("incremental"),
        reason=item.get("reason", ""),
        lock_reason=item.get("lock_reason", ""),
        asked_by=item.get("asked_by", ""),
        asked_at=time_of(item.get("asked_at")),
        cancelled_by=item.get("cancelled_by", ""),
        cancelled_at=time_of(item.get("cancelled_at")),
        remade=int(item.get("remade", 0)),
        revision=int(item["revision"]),
        claim_uid=item.get("claim_uid", ""),
        account=item.get("account", ""),
        requested_at=time_of(item.get("requested_at")),
        kms_key=item.get("kms_key", ""),
        locked_until=time_of(item.get("locked_until")),
        gone_at=time_of(item.get("gone_at")),
    )
