"""Restores in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.restore.operations import RestoreOperation, Stage, TimelineEntry, Way
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item

READ_AHEAD = 100
"""How many restores one call reads."""


class DynamoRestores:
    """Implements the Restores port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_restore(self, restore: RestoreOperation) -> RestoreOperation:
        try:
            self._table.put(_item(restore), IS_NEW)
        except Refused:
            known = self.restore(restore.id)
            if known is None:
                raise Contended(f"restore {restore.id}") from None
            return known
        return restore

    def write_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Replace a restore by its next revision; raises TemporaryError when another was written."""
        following = replace(restore, revision=restore.revision + 1)
        try:
            self._table.put(_item(following), "#revision = :known", {"known": restore.revision})
        except Refused as error:
            raise Contended(f"restore {restore.id}") from error
        return following

    def restore(self, restore_id: str) -> RestoreOperation | None:
        item = self._table.get(schema.restore_key(restore_id))
        return self._table.read(item, _restore) if item else None

    def open_restores(self, *, whole: bool = False) -> Iterator[RestoreOperation]:
        """Restores with something left to do; the index lags. A `whole` list skips none."""
        entries = self._table.query("#open = :value", {"value": schema.OPEN_RESTORES}, schema.OPEN_INDEX)
        found = self._read(entries, READ_AHEAD, whole=whole)
        yield from (restore for restore in found if restore.is_open)

    def restores_of(
        self, cluster: str, namespace: str, after: RestoreOperation | None = None
    ) -> Iterator[RestoreOperation]:
        """The restores into a namespace, newest first, those that follow one; the index lags."""
        values = {"value": schema.restores_key(cluster, namespace)}
        condition = "#policy_key = :value"
        if after:
            values["after"] = _place(after)
            condition += " AND #slot < :after"
        entries = self._table.query(condition, values, schema.RUNS_INDEX, newest_first=True)
        yield from self._read(entries, READ_AHEAD)

    def _read(
        self, entries: Iterable[Item], ahead: int, *, whole: bool = False
    ) -> Iterator[RestoreOperation]:
        """The restores named by entries of an index, in their order, read `ahead` at a time."""
        remaining = iter(entries)
        while keys := [key_of(item) for item in islice(remaining, ahead)]:
            found = {item[schema.PK]: item for item in self._table.get_many(keys)}
            items = (found[key[schema.PK]] for key in keys if key[schema.PK] in found)
            if whole:
                yield from (self._table.read(item, _restore) for item in items)
            else:
                yield from self._table.read_each(items, _restore)


def _item(restore: RestoreOperation) -> dict[str, Any]:
    """The item of a restore: in the index of open ones while it is open, then with an expiry."""
    last = restore.timeline[-1].at if restore.timeline else restore.accepted_at
    place: dict[str, Any] = (
        {"open": schema.OPEN_RESTORES} if restore.is_open else {schema.EXPIRES_AT: schema.expiry(last)}
    )
    return {
        **schema.restore_key(restore.id),
        **place,
        "policy_key": schema.restores_key(restore.cluster, restore.namespace),
        "slot": _place(restore),
        "revision": restore.revision,
        "restore": json.dumps(_plain(restore)),
    }


def _place(restore: RestoreOperation) -> str:
    """The sort key of a restore: by time, then by id."""
    return f"{precise(restore.accepted_at)}/{restore.id}"


def _plain(restore: RestoreOperation) -> dict[str, Any]:
    """The restore as JSON-ready data; without what earlier versions do not know, if it is empty."""
    fields = {field.name: getattr(restore, field.name) for field in dataclasses.fields(restore)}
    for name in ("place", "archived", "awaits"):
        if not fields[name]:
            del fields[name]
    return fields | {
        "accepted_at": precise(restore.accepted_at),
        "held_until": precise(restore.held_until) if restore.held_until else None,
        "labels": dict(restore.labels),
        "timeline": [[precise(moment.at), moment.text] for moment in restore.timeline],
    }


def _restore(item: Item) -> RestoreOperation:
    fields = json.loads(item["restore"])
    held_until = fields["held_until"]
    return RestoreOperation(
        **fields
        | {
            "way": Way(fields["way"]),
            "stage": Stage(fields["stage"]),
            "access_modes": tuple(fields["access_modes"]),
            "accepted_at": datetime.fromisoformat(fields["accepted_at"]),
            "held_until": datetime.fromisoformat(held_until) if held_until else None,
            "timeline": tuple(
                TimelineEntry(datetime.fromisoformat(at), text) for at, text in fields["timeline"]
            ),
        }
    )
