"""The retentions that prune saw and the claims it found deleted, in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.domain.retention.history import RetentionVersion
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item
    from snapkeep.adapters.dynamodb.table import Table

GONE_PAGE = 2000
"""Claims per item: 36 characters of UID and 25 of time each, far below the 400 KB limit."""


class DynamoRetentions:
    """Implements the Retentions port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def retention_history(self, cluster: str, policy: str) -> Sequence[RetentionVersion]:
        item = self._table.get(schema.retention_key(cluster, policy))
        return self._table.read(item, _versions) if item else []

    def write_retention_history(self, cluster: str, policy: str, history: Sequence[RetentionVersion]) -> None:
        versions = [
            {
                "block": dict(item.block),
                "timezone": item.timezone,
                "since": precise(item.since),
                "spacing": item.spacing.total_seconds() if item.spacing else None,
            }
            for item in history
        ]
        self._table.put({**schema.retention_key(cluster, policy), "versions": json.dumps(versions)})

    def gone_claims(self, cluster: str) -> Mapping[str, datetime]:
        """The claims (UIDs) of a cluster that prune found deleted, and since when."""
        pages = (self._table.read(item, _gone) for item in self._gone_pages(cluster))
        return {uid: since for page in pages for uid, since in page.items()}

    def write_gone_claims(self, cluster: str, since: Mapping[str, datetime]) -> None:
        """Replace the record of a cluster's deleted claims.

        A crash between two pages loses claims of the second, which are found gone again later.
        """
        texts = [(uid, precise(time)) for uid, time in sorted(since.items())]
        pages = list(chunks(texts, GONE_PAGE))
        known = sum(1 for _ in self._gone_pages(cluster))
        for number in range(max(len(pages), known)):
            page = dict(pages[number]) if number < len(pages) else {}
            self._table.put({**schema.gone_claims_key(cluster, number), "claims": json.dumps(page)})

    def _gone_pages(self, cluster: str) -> Iterator[Item]:
        values = {"cluster": schema.last_prune_key(cluster)[schema.PK], "gone": schema.GONE_PREFIX}
        return self._table.query("#pk = :cluster AND begins_with(#sk, :gone)", values)


def _gone(item: Item) -> dict[str, datetime]:
    return {uid: datetime.fromisoformat(since) for uid, since in json.loads(item["claims"]).items()}


def _versions(item: Item) -> list[RetentionVersion]:
    return [
        RetentionVersion(
            entry["block"],
            entry["timezone"],
            datetime.fromisoformat(entry["since"]),
            timedelta(seconds=entry["spacing"]) if entry.get("spacing") else None,
        )
        for entry in json.loads(item["versions"])
    ]
