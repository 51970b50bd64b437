"""The runs of on-demand requests, in the journal's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import run_item, run_of
from snapkeep.adapters.dynamodb.table import IS_NEW, Refused, Table

if TYPE_CHECKING:
    from snapkeep.domain.backup.runs import Run


class DynamoRunRequests:
    """Implements the RunRequests port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        """Write a run and its request, both or none; returns the request's existing run if it has one.

        None when another request has a run with this id.
        """
        request = {
            **schema.request_key(request_id),
            "run": run.id,
            schema.EXPIRES_AT: schema.expiry(run.accepted_at),
        }
        items = (request, run_item(run))
        try:
            self._table.write_all([("Put", self._table.put_statement(item, IS_NEW, {})) for item in items])
            return run
        except Refused:
            return self.requested_run(request_id)

    def requested_run(self, request_id: str) -> Run | None:
        request = self._table.get(schema.request_key(request_id))
        item = self._table.get(schema.run_key(request["run"])) if request else None
        return self._table.read(item, run_of) if item else None
