"""A table for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient, counting_table


@pytest.fixture
def client() -> Iterator[CountingClient]:
    """DynamoDB with an empty journal's table."""
    with counting_table() as table:
        yield table
