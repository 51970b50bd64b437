"""What people ask of copies, in the journal's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.copies import copy_item, in_index, is_known
from snapkeep.adapters.dynamodb.table import Contended, Refused, Table
from snapkeep.domain.copies.records import CopyRecord, CopyStage


class DynamoCopyRequests:
    """Implements the CopyRequests port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def request_copy(self, record: CopyRecord) -> CopyRecord:
        """Write a record that nobody else wrote meanwhile."""
        following = replace(record, revision=record.revision + 1)
        try:
            self._table.put(copy_item(following), *is_known(record))
        except Refused as error:
            raise Contended(f"the copy of {record.point_id} to {record.place}") from error
        return following

    def asked_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies that people asked for; the index lags."""
        for record in in_index(self._table, schema.asked_copies_key(place)):
            if record.stage is CopyStage.WAITING and record.asked_by:
                yield record

    def cancelled_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies that people cancelled; the index lags."""
        for record in in_index(self._table, schema.cancelled_copies_key(place)):
            if record.stage is CopyStage.CANCELLED:
                yield record
