"""Lasting troubles, in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.domain.times import precise
from snapkeep.domain.troubles import Topic, Trouble

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item
    from snapkeep.adapters.dynamodb.table import Table

PAGE = 100
"""Troubles per item, which holds 400 KB: each has a name of 320 bytes, a reason and 80 bytes of times."""

REASON = 300
"""How many characters of a reason are kept, each at most six bytes in JSON; the event has the whole
reason."""


class DynamoTroubles:
    """Implements the Troubles port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def troubles(self, topic: Topic) -> Mapping[str, Trouble]:
        pages = (self._table.read(item, _troubles) for item in self._pages(topic))
        return {trouble.subject: trouble for page in pages for trouble in page}

    def write_troubles(self, topic: Topic, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Replace the record of a topic's troubles.

        A crash between two pages loses troubles of the second, which are then reported as new.
        """
        entries = [_entry(trouble) for _, trouble in sorted(troubles.items())]
        pages = list(chunks(entries, PAGE))
        known = sum(1 for _ in self._pages(topic))
        for number in range(max(len(pages), known)):
            page = pages[number] if number < len(pages) else []
            self._table.put(
                {
                    **schema.troubles_key(topic.kind, topic.cluster, topic.about, number),
                    "troubles": json.dumps(page),
                    schema.EXPIRES_AT: schema.expiry(now),
                }
            )

    def _pages(self, topic: Topic) -> Iterator[Item]:
        key = schema.troubles_key(topic.kind, topic.cluster, topic.about, 0)
        values = {"topic": key[schema.PK], "page": schema.TROUBLE_PREFIX}
        return self._table.query("#pk = :topic AND begins_with(#sk, :page)", values)


def _entry(trouble: Trouble) -> list[str]:
    told = precise(trouble.told_at) if trouble.told_at else ""
    return [trouble.subject, trouble.reason[:REASON], precise(trouble.since), told]


def _troubles(item: Item) -> list[Trouble]:
    return [_trouble(*entry) for entry in json.loads(item["troubles"])]


def _trouble(subject: str, reason: str, since: str, told: str) -> Trouble:
    at = datetime.fromisoformat(told) if told else None
    return Trouble(subject, reason, datetime.fromisoformat(since), at)
