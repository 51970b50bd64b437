"""Restores in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from snapkeep.adapters.aws import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, time_text
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.restore.operations import Moment, RestoreOperation, Stage, Way


class RestoreRecords:
    """The part of the journal that knows restores."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Write a restore if its id is new; returns it as it stands."""
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
        """The restore of that id."""
        item = self._table.get(schema.restore_key(restore_id))
        return _restore(item) if item else None

    def open_restores(self) -> Iterator[RestoreOperation]:
        """Restores with something left to do; the index lags."""
        yield from self._read("#open = :value", schema.OPEN_RESTORES, schema.OPEN_INDEX, opened=True)

    def restores_of(self, cluster: str, namespace: str) -> Iterator[RestoreOperation]:
        """The restores into a namespace, newest first; the index lags."""
        collected = schema.restores_key(cluster, namespace)
        found = list(self._read("#policy_key = :value", collected, schema.RUNS_INDEX))
        yield from sorted(found, key=lambda restore: (restore.accepted_at, restore.id), reverse=True)

    def _read(
        self, condition: str, value: str, index: str, opened: bool = False
    ) -> Iterator[RestoreOperation]:
        keys = [key_of(item) for item in self._table.query(condition, {"value": value}, index)]
        for some in chunks(keys, 100):
            items = self._table.get_many(some)
            yield from (_restore(item) for item in items if "open" in item or not opened)


def _item(restore: RestoreOperation) -> dict[str, Any]:
    """The item of a restore: in the index of open ones while it is, then left to expire."""
    last = restore.timeline[-1].at if restore.timeline else restore.accepted_at
    place: dict[str, Any] = (
        {"open": schema.OPEN_RESTORES} if restore.is_open else {schema.EXPIRES_AT: schema.expiry(last)}
    )
    return {
        **schema.restore_key(restore.id),
        **place,
        "policy_key": schema.restores_key(restore.cluster, restore.namespace),
        "slot": time_text(restore.accepted_at),
        "revision": restore.revision,
        "restore": json.dumps(_plain(restore)),
    }


def _plain(restore: RestoreOperation) -> dict[str, Any]:
    fields = {field.name: getattr(restore, field.name) for field in dataclasses.fields(restore)}
    return fields | {
        "accepted_at": time_text(restore.accepted_at),
        "held_until": time_text(restore.held_until) if restore.held_until else None,
        "labels": dict(restore.labels),
        "timeline": [[time_text(moment.at), moment.text] for moment in restore.timeline],
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
            "timeline": tuple(Moment(datetime.fromisoformat(at), text) for at, text in fields["timeline"]),
        }
    )
