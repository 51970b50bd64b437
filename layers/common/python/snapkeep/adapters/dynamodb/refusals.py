"""The brake's refusals, in the journal's table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from snapkeep.adapters.aws.session import chunks
from snapkeep.adapters.dynamodb import schema
from snapkeep.domain.retention.deletion.brake_refusals import Kind, Refusal
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from snapkeep.adapters.dynamodb.items import Item
    from snapkeep.adapters.dynamodb.table import Table

REFUSED_PAGE = 8000
"""Snapshot ids of one item: 25 characters each, half of the 400 KB of an item."""


class DynamoRefusals:
    """Implements the Refusals port."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def refusals(self, cluster: str) -> Sequence[Refusal]:
        values = {"cluster": schema.last_prune_key(cluster)[schema.PK], "refusal": schema.REFUSAL_PREFIX}
        items = self._table.query("#pk = :cluster AND begins_with(#sk, :refusal)", values)
        found = [self._table.read(item, partial(self._refusal, cluster)) for item in items]
        return sorted(found, key=lambda refusal: (refusal.since, refusal.token))

    def write_refusal(self, refusal: Refusal) -> None:
        """Journal a refusal: its names first, so that rewriting one never loses a name."""
        pages = list(chunks(sorted(refusal.names), REFUSED_PAGE))
        for number, names in enumerate(pages):
            key = schema.refused_key(refusal.cluster, refusal.token, number)
            self._table.put({**key, "names": json.dumps(names)})
        announced = {"announced_at": precise(refusal.announced_at)} if refusal.announced_at else {}
        self._table.put(
            {
                **schema.refusal_key(refusal.cluster, refusal.token),
                "token": refusal.token,
                "pages": len(pages),
                "reason": refusal.reason,
                "since": precise(refusal.since),
                "rules": refusal.rules,
                "kind": refusal.kind.value,
                **announced,
            }
        )

    def remove_refusal(self, cluster: str, token: str) -> None:
        """Remove a refusal, and then its unreferenced names."""
        key = schema.refusal_key(cluster, token)
        item = self._table.get(key)
        if item is None:
            return
        self._table.delete(key)
        self._table.delete_many(
            [schema.refused_key(cluster, token, number) for number in range(int(item["pages"]))]
        )

    def _refusal(self, cluster: str, item: Item) -> Refusal:
        keys = [schema.refused_key(cluster, item["token"], number) for number in range(int(item["pages"]))]
        announced = item.get("announced_at")
        return Refusal(
            cluster=cluster,
            token=item["token"],
            names=frozenset(
                name
                for some in chunks(keys, 100)
                for page in self._table.get_many(some)
                for name in json.loads(page["names"])
            ),
            reason=item["reason"],
            since=datetime.fromisoformat(item["since"]),
            rules=item["rules"],
            announced_at=datetime.fromisoformat(announced) if announced else None,
            kind=Kind(item.get("kind", Kind.POINTS)),  # earlier versions had points only
        )
