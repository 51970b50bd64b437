"""What sources asked of a vault, in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, at_of
from snapkeep.adapters.dynamodb.table import Refused, Table
from snapkeep.domain.copies.requests import read_request
from snapkeep.domain.errors import Invalid
from snapkeep.domain.times import precise
from snapkeep.domain.vault.asked import StoredRequest

PAGE = 100

KEEP_ASKED = timedelta(days=3)
"""How long a vault keeps a request: the source gives it up after a day."""


class DynamoVaultRequests:
    """Implements the VaultRequests port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, asked: StoredRequest) -> None:
        at = {"source": asked.source, "at": precise(asked.received_at)}
        self._table.put(
            {
                **schema.asked_key(asked.source, asked.request.point),
                **at,
                "request": json.dumps(asked.request.to_document()),
                schema.EXPIRES_AT: schema.expiry(asked.received_at, KEEP_ASKED),
            }
        )
        self._table.put({**schema.heard_key(asked.source), **at})

    def waiting(self, source: str) -> Iterator[StoredRequest]:
        """Page by page: a source may have asked for very much."""
        key = schema.asked_key(source, "")
        values = {"source": key[schema.PK], "asked": key[schema.SK]}
        found = self._table.query("#pk = :source AND begins_with(#sk, :asked)", values, limit=PAGE)
        yield from self._table.read_each(found, _stored)

    def request(self, source: str, point: str) -> StoredRequest | None:
        item = self._table.get(schema.asked_key(source, point))
        return self._table.read(item, _stored) if item else None

    def drop(self, asked: StoredRequest) -> None:
        key = schema.asked_key(asked.source, asked.request.point)
        with suppress(Refused):
            self._table.delete(key, "#at = :at", {"at": precise(asked.received_at)})

    def heard(self, source: str) -> datetime | None:
        item = self._table.get(schema.heard_key(source))
        return self._table.read(item, at_of) if item else None


def _stored(item: Item) -> StoredRequest:
    """The request in an item. Raises ValueError for one that this version cannot read."""
    try:
        request = read_request(json.loads(item["request"]))
    except Invalid as error:
        raise ValueError(error.reason) from error
    return StoredRequest(item["source"], request, at_of(item))
