"""The journal's table in this process, with its calls counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from tests.contract.ports.samples import TABLE, create_table


class CountingClient:
    """A DynamoDB client that counts its calls by operation."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls[name] += 1
            return getattr(self.client, name)(**request)

        return call

    def item(self, pk: str, sk: str) -> dict[str, Any]:
        """An item as DynamoDB holds it."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        item: dict[str, Any] = self.client.get_item(TableName=TABLE, Key=key)["Item"]
        return item


@contextmanager
def counting_table() -> Iterator[CountingClient]:
    """An empty journal's table."""
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
        create_table(client)
        yield CountingClient(client)
