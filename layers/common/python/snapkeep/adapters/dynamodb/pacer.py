"""The pace of an account and Region, in the journal's table."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb import schema
from snapkeep.adapters.dynamodb.items import Item, at_of
from snapkeep.adapters.dynamodb.table import EXISTS, IS_NEW, Refused, Table
from snapkeep.domain.backup import pacing
from snapkeep.domain.times import precise

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from snapkeep.domain.policies import Pace

TRIES = 5


class DynamoPacer:
    """One bucket, shared by everything that creates snapshots in an account, Region and API."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        name: str,
        pace: Pace,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`name` identifies the bucket, such as `ap-northeast-2/CreateSnapshot`; a table belongs to one
        account."""
        self._table = Table(client, table, sleep)
        self._key = schema.pace_key(name)
        self._pace = pace

    def take(self, wanted: int, now: datetime, *, whole: bool = False) -> int:
        """How many of the wanted creates may go now, all or none if `whole`; also 0 under contention."""
        for attempt in range(TRIES):
            bucket, version = self._read(now)
            after, granted = pacing.grant(bucket, self._pace, wanted, now, whole=whole)
            if not granted:
                return 0
            try:
                self._write(after, granted, version)
                return granted
            except Refused:
                self._table.pause(attempt)
        return 0

    def wait(self, wanted: int, now: datetime) -> timedelta:
        """How long until the wanted creates may go."""
        return pacing.wait(self._read(now)[0], self._pace, wanted, now)

    def line_up(self, wanted: int, now: datetime) -> timedelta:
        """How long until the wanted creates' turn; under contention without a place in the line."""
        for attempt in range(TRIES):
            bucket, version = self._read(now)
            after, delay = pacing.line_up(bucket, self._pace, wanted, now)
            if version == 0 or after.line_ends is None:
                return delay
            line = {"line_ends": precise(after.line_ends), "version": version + 1, "read": version}
            try:
                change = "SET #line_ends = :line_ends, #version = :version"
                self._table.update(self._key, change, "#version = :read", line)
                return delay
            except Refused:
                self._table.pause(attempt)
        return self.wait(wanted, now)

    def finished(self, count: int) -> None:
        """Record that pending snapshots finished; the count never goes below 0."""
        if count <= 0:
            return
        try:
            self._table.update(
                self._key, "SET #pending = #pending - :count", "#pending >= :count", {"count": count}
            )
        except Refused:
            self.correct(0)

    def correct(self, pending: int) -> None:
        """Set the number of pending snapshots to EC2's; an unused bucket stays absent."""
        try:
            self._table.update(self._key, "SET #pending = :pending", EXISTS, {"pending": pending})
        except Refused:
            return

    def _read(self, now: datetime) -> tuple[pacing.Bucket, int]:
        """The bucket and the version it was read at; 0 when it is unused."""
        item = self._table.get(self._key)
        if item is None:
            return pacing.full(self._pace, now), 0
        return self._table.read(item, _bucket)

    def _write(self, bucket: pacing.Bucket, granted: int, version: int) -> None:
        """Write tokens only over the version read; `pending` is incremented, because others change it too."""
        tokens = Decimal(str(round(bucket.tokens, 6)))
        state = {"tokens": tokens, "at": precise(bucket.at), "version": version + 1}
        if version == 0:
            self._table.put({**self._key, **state, "pending": bucket.pending}, IS_NEW)
            return
        change = "SET #tokens = :tokens, #at = :at, #version = :version, #pending = #pending + :granted"
        self._table.update(
            self._key, change, "#version = :read", {**state, "granted": granted, "read": version}
        )


def _bucket(item: Item) -> tuple[pacing.Bucket, int]:
    line = item.get("line_ends")
    bucket = pacing.Bucket(
        tokens=float(item["tokens"]),
        at=at_of(item),
        pending=int(item["pending"]),
        line_ends=datetime.fromisoformat(line) if line else None,
    )
    return bucket, int(item["version"])
