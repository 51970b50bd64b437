"""Restores of claims on EFS in the journal's table."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.efs.backups import EfsClaim
from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage
from snapkeep.domain.times import precise

OPEN = "efs-restore"
"""The key of open restores in the `open` index."""

TIMES = ("slot", "accepted_at", "began_at", "ended_at")


class DynamoEfsRestores:
    """Implements the EfsRestores port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        try:
            self._table.put(_item(restore), IS_NEW, {})
        except Refused:
            known = self.efs_restore(restore.id)
            if known is None:
                raise Contended(f"restore {restore.id}") from None
            return known
        return restore

    def write_efs_restore(self, restore: EfsRestore) -> EfsRestore:
        following = replace(restore, revision=restore.revision + 1)
        try:
            self._table.put(_item(following), "#revision = :known", {"known": restore.revision})
        except Refused as error:
            raise Contended(f"restore {restore.id}") from error
        return following

    def efs_restore(self, restore_id: str) -> EfsRestore | None:
        item = self._table.get(_key(restore_id))
        return self._table.read(item, _restore) if item else None

    def open_efs_restores(self) -> Iterator[EfsRestore]:
        entries = self._table.query("#open = :value", {"value": OPEN}, schema.OPEN_INDEX)
        yield from (restore for restore in self._read(entries) if restore.is_open)

    def efs_restores_on(self, file_system: str) -> Iterator[EfsRestore]:
        values = {"value": _place(file_system)}
        entries = self._table.query("#policy_key = :value", values, schema.RUNS_INDEX)
        yield from reversed(list(self._read(entries)))

    def _read(self, entries: Iterable[Item]) -> Iterator[EfsRestore]:
        """The restores that entries of an index name, the oldest first."""
        found = self._table.get_many([key_of(item) for item in entries])
        restores = self._table.read_each(found, _restore)
        yield from sorted(restores, key=lambda restore: (restore.accepted_at, restore.id))


def _key(restore_id: str) -> schema.Key:
    return {schema.PK: f"EFS-RESTORE#{restore_id}", schema.SK: "RESTORE"}


def _place(file_system: str) -> str:
    return f"efs/restores/{file_system}"  # the runs of a cluster have `cluster/policy`


def _item(restore: EfsRestore) -> dict[str, Any]:
    """The item of a restore: in the index of open ones while it is open, then with an expiry."""
    last = restore.ended_at or restore.accepted_at
    place: dict[str, Any] = {"open": OPEN} if restore.is_open else {schema.EXPIRES_AT: schema.expiry(last)}
    fields = dataclasses.asdict(restore)
    fields |= {name: precise(fields[name]) for name in TIMES if fields[name] is not None}
    return {
        **_key(restore.id),
        **place,
        "policy_key": _place(restore.file_system),
        "slot": f"{precise(restore.accepted_at)}/{restore.id}",
        "revision": restore.revision,
        "restore": json.dumps(fields),
    }


def _restore(item: Item) -> EfsRestore:
    fields = json.loads(item["restore"])
    times = {name: datetime.fromisoformat(fields[name]) for name in TIMES if fields[name] is not None}
    claim = fields["claim"]
    return EfsRestore(
        **fields
        | times
        | {
            "claim": EfsClaim(**claim | {"access_modes": tuple(claim["access_modes"])}),
            "stage": EfsStage(fields["stage"]),
        }
    )
