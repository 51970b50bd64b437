"""The real adapters under test, on moto where moto behaves as AWS does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from sandbox.launch import Sandbox
from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE, create_table
from tests.fakes import MemoryJournal


class OneAtATime:
    """A client whose calls never overlap: DynamoDB's are atomic, moto's are not among threads."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            with self._lock:
                return getattr(self._client, name)(**request)

        return call


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all tests, because each session reads the models of AWS's services from disk again."""
    import moto  # noqa: F401 - it only sees the calls of sessions that are made after its import

    return boto3.Session("testing", "testing", region_name="ap-northeast-2")


@pytest.fixture
def aws(session: boto3.Session) -> Iterator[boto3.Session]:
    """An empty AWS account in this process."""
    from moto import mock_aws

    with mock_aws():
        yield session


@pytest.fixture
def table_client(aws: boto3.Session) -> OneAtATime:
    """DynamoDB with the journal's table, empty."""
    client = aws.client("dynamodb")
    create_table(client)
    return OneAtATime(client)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox's AWS, one for all these tests."""
    with Sandbox(cluster="") as running:
        yield running


@pytest.fixture
def sandbox_table_client(sandbox: Sandbox) -> Iterator[Any]:
    """The sandbox's DynamoDB with the journal's table, empty."""
    client = sandbox.client("dynamodb")
    create_table(client)
    yield client
    client.delete_table(TableName=TABLE)


@pytest.fixture(params=["memory", "dynamodb", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def journal(request: pytest.FixtureRequest) -> Journal:
    """An empty journal of each kind."""
    if request.param == "memory":
        return MemoryJournal()
    fixture = {"dynamodb": "table_client", "sandbox": "sandbox_table_client"}[request.param]
    return dynamo_journal(request.getfixturevalue(fixture), TABLE)
