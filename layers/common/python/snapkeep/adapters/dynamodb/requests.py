"""Which run each request was accepted as, in the journal's table."""

from __future__ import annotations

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import run_item, run_of
from snapkeep.adapters.dynamodb.table import IS_NEW, Refused, Table
from snapkeep.domain.backup.runs import Run


class DynamoRunRequests:
    """Implements the RunRequests port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def accept_run(self, run: Run, request_id: str) -> Run | None:
        """Write a run and the request for it, both or none; the request's own run when it has one.

        None when another request has a run of this id.
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
        """The run that a request was accepted as."""
        request = self._table.get(schema.request_key(request_id))
        item = self._table.get(schema.run_key(request["run"])) if request else None
        return self._table.read(item, run_of) if item else None
