"""Backups of EFS file systems in the journal's table."""

from __future__ import annotations

import dataclasses
import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item
from snapkeep.adapters.dynamodb.table import IS_NEW, Contended, Refused, Table, key_of
from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.points import PointState
from snapkeep.domain.times import precise

OPEN = "efs"
"""The key of unfinished backups in the `open` index."""

KEEP = timedelta(days=400)
"""How long an ended backup is remembered; the tags of its recovery point say the same for ever."""

POLICIES = "EFS-POLICIES"
"""The partition that names every policy that has had a backup, because a renamed one is in no config."""

BACKUP = "BACKUP#"
TIMES = ("slot", "accepted_at", "ended_at")

PACKED = "claims"
"""The attribute that holds the claims, compressed: the 10,000 that a file system has access points for
take 3 MB as text and 0.3 MB compressed, and an item holds 0.4 MB.
https://docs.aws.amazon.com/efs/latest/ug/limits.html
"""


class DynamoEfsBackups:
    """Implements the EfsBackups port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open_backup(self, backup: EfsBackup) -> EfsBackup:
        following = replace(backup, revision=1)
        self._table.put({schema.PK: POLICIES, schema.SK: backup.policy})
        try:
            self._table.put(_item(following), IS_NEW, {})
        except Refused:
            known = self._table.get(_key(backup))
            return self._table.read(known, _backup) if known else following
        return following

    def write_backup(self, backup: EfsBackup) -> EfsBackup:
        following = replace(backup, revision=backup.revision + 1)
        try:
            self._table.put(_item(following), "#revision = :known", {"known": backup.revision})
        except Refused as error:
            raise Contended(f"the backup {backup.id}") from error
        return following

    def backup(self, backup_id: str) -> EfsBackup | None:
        file_system = "-".join(backup_id.split("-")[:2])
        item = self._table.get(_key_of(file_system, backup_id))
        return self._table.read(item, _backup) if item else None

    def unfinished(self) -> Iterator[EfsBackup]:
        entries = self._table.query("#open = :value", {"value": OPEN}, schema.OPEN_INDEX)
        yield from (backup for backup in self._read(entries) if backup.is_open)

    def backups_on(self, file_system: str) -> Iterator[EfsBackup]:
        values = {"pk": _file_system_key(file_system), "prefix": BACKUP}
        items = self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", values)
        yield from self._table.read_each(items, _backup)

    def policies(self) -> Iterator[str]:
        for item in self._table.query("#pk = :pk", {"pk": POLICIES}):
            yield item[schema.SK]

    def backups_of(self, policy: str, since: datetime) -> Iterator[EfsBackup]:
        condition = "#policy_key = :policy AND #slot >= :since"
        values = {"policy": _policy_key(policy), "since": precise(since)}
        yield from self._read(self._table.query(condition, values, schema.RUNS_INDEX))

    def _read(self, entries: Iterable[Item]) -> Iterator[EfsBackup]:
        """The backups that entries of an index name, the oldest slot first."""
        found = self._table.get_many([key_of(item) for item in entries])
        backups = self._table.read_each(found, _backup)
        yield from sorted(backups, key=lambda backup: (backup.slot, backup.id))


def _key(backup: EfsBackup) -> schema.Key:
    return _key_of(backup.file_system, backup.id)


def _key_of(file_system: str, backup_id: str) -> schema.Key:
    return {schema.PK: _file_system_key(file_system), schema.SK: f"{BACKUP}{backup_id}"}


def _file_system_key(file_system: str) -> str:
    return f"EFS#{file_system}"


def _policy_key(policy: str) -> str:
    return f"efs/policy/{policy}"  # the runs of a cluster have `cluster/policy`


def _item(backup: EfsBackup) -> dict[str, Any]:
    """The item of a backup: in the index of open ones until it has ended, then with an expiry."""
    ended = backup.ended_at or backup.accepted_at
    place: dict[str, Any] = (
        {"open": OPEN} if backup.is_open else {schema.EXPIRES_AT: schema.expiry(ended, KEEP)}
    )
    fields = dataclasses.asdict(backup)
    fields |= {name: precise(fields[name]) for name in TIMES if fields[name] is not None}
    claims = json.dumps(fields.pop(PACKED)).encode()
    return {
        **_key(backup),
        **place,
        "policy_key": _policy_key(backup.policy),
        "slot": precise(backup.slot),
        "revision": backup.revision,
        "backup": json.dumps(fields),
        PACKED: lzma.compress(claims),
    }


def _backup(item: Item) -> EfsBackup:
    fields = json.loads(item["backup"])
    times = {name: datetime.fromisoformat(fields[name]) for name in TIMES if fields[name] is not None}
    claims = tuple(
        EfsClaim(**each | {"access_modes": tuple(each["access_modes"])})
        for each in json.loads(_unpacked(item[PACKED]))
    )
    return EfsBackup(**fields | times | {"claims": claims, "state": PointState(fields["state"])})


def _unpacked(packed: bytes) -> bytes:
    try:
        return lzma.decompress(packed)
    except lzma.LZMAError as error:
        raise ValueError(f"its claims cannot be read: {error}") from error
