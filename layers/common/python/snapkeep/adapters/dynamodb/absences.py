"""Snapshots that were away, in the journal's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.dynamodb import schema
from snapkeep.domain.retention.deletion.absences import Absence
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.table import Table

REMEMBERED_FOR = timedelta(days=366)
"""How long absences are kept: the Recycle Bin keeps a snapshot for a year at most.
https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-quotas.html
"""


class DynamoAbsences:
    """Implements the Absences port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write_absences(self, absences: Sequence[Absence]) -> None:
        """Write absences, replacing earlier ones of these snapshots; after a year they may expire."""
        self._table.put_many([_item(absence) for absence in absences])

    def absences(self, snapshot_ids: Sequence[str]) -> Mapping[str, Absence]:
        keys = [schema.absence_key(snapshot_id) for snapshot_id in snapshot_ids]
        found = (self._table.read(item, _absence) for item in self._table.get_many(keys))
        return {absence.snapshot_id: absence for absence in found}


def _item(absence: Absence) -> dict[str, Any]:
    last = absence.back_at or absence.since
    back = {"back_at": precise(absence.back_at)} if absence.back_at else {}
    return {
        **schema.absence_key(absence.snapshot_id),
        "snapshot_id": absence.snapshot_id,
        "since": precise(absence.since),
        schema.EXPIRES_AT: int((last + REMEMBERED_FOR).timestamp()),
        **back,
    }


def _absence(item: Mapping[str, Any]) -> Absence:
    back = item.get("back_at")
    since = datetime.fromisoformat(item["since"])
    return Absence(item["snapshot_id"], since, datetime.fromisoformat(back) if back else None)
