"""The table: what DynamoDB refuses, throttles or leaves undone, and what we make of it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from snapkeep.adapters.dynamodb.table import Contended, Refused, Table
from snapkeep.domain.errors import PermanentError, TemporaryError, Throttled
from tests.contract.ports.samples import TABLE
from tests.unit.snapkeep.adapters.dynamodb.aws_table import CountingClient

KEY = {"pk": "RUN#r", "sk": "RUN"}


@pytest.fixture
def dynamodb() -> Any:
    return boto3.client(
        "dynamodb", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.fixture
def table(client: CountingClient) -> Table:
    real: Any = client
    return Table(real, TABLE, sleep=lambda _: None)


def test_reserved_words_are_attributes_like_others(table: Table) -> None:
    table.put({**KEY, "state": "planning", "total": 1})
    change = "SET #state = :state, #total = #total + :one REMOVE #group"
    updated = table.update(KEY, change, "#state = :was", {"state": "running", "was": "planning", "one": 1})
    assert (updated["state"], int(updated["total"])) == ("running", 2)


def test_a_condition_that_does_not_hold_changes_nothing(table: Table) -> None:
    table.put({**KEY, "state": "running"})
    with pytest.raises(Refused):
        table.update(KEY, "SET #state = :new", "#state = :was", {"new": "x", "was": "planning"})
    with pytest.raises(Refused):
        table.put({**KEY, "state": "x"}, "attribute_not_exists(#pk)")
    found = table.get(KEY)
    assert found is not None and found["state"] == "running"


def test_of_statements_all_are_written_or_none(table: Table) -> None:
    table.put({**KEY, "state": "running"})
    new = {"pk": "RUN#r", "sk": "POINT#p"}
    put = table.put_statement(new, "", {})
    refused = table.update_statement(KEY, "SET #state = :s", "#state = :t", {"s": "x", "t": "planning"})
    with pytest.raises(Refused):
        table.write_all([("Put", put), ("Update", refused)])
    assert table.get(new) is None


def test_a_query_reads_all_pages(dynamodb: Any) -> None:
    key = {"pk": {"S": "RUN#r"}, "sk": {"S": "POINT#a"}}
    with Stubber(dynamodb) as stubber:
        stubber.add_response("query", {"Items": [key], "LastEvaluatedKey": key})
        stubber.add_response("query", {"Items": [key]})
        found = list(Table(dynamodb, TABLE).query("#pk = :run", {"run": "RUN#r"}))
        stubber.assert_no_pending_responses()
    assert len(found) == 2


def test_what_a_batch_left_unread_is_read_again(dynamodb: Any) -> None:
    item = {"pk": {"S": "RUN#r"}, "sk": {"S": "RUN"}}
    unread = {TABLE: {"Keys": [item], "ConsistentRead": True}}
    pauses: list[float] = []
    with Stubber(dynamodb) as stubber:
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": unread})
        stubber.add_response("batch_get_item", {"Responses": {TABLE: [item]}}, {"RequestItems": unread})
        found = Table(dynamodb, TABLE, sleep=pauses.append).get_many([KEY])
    assert found == [KEY]
    assert len(pauses) == 1 and 0 < pauses[0] <= 1


def test_a_batch_that_is_never_read_whole_is_tried_again_later(dynamodb: Any) -> None:
    unread = {TABLE: {"Keys": [{"pk": {"S": "RUN#r"}, "sk": {"S": "RUN"}}]}}
    with Stubber(dynamodb) as stubber:
        for _ in range(10):
            stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": unread})
        with pytest.raises(Contended):
            Table(dynamodb, TABLE, sleep=lambda _: None).get_many([KEY])


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ProvisionedThroughputExceededException", 400, Throttled),
        ("ThrottlingException", 400, Throttled),
        ("TransactionConflictException", 400, Contended),
        ("InternalServerError", 500, TemporaryError),
        ("ResourceNotFoundException", 400, PermanentError),
        ("AccessDeniedException", 400, PermanentError),
    ],
)
def test_a_failure_becomes_ours(dynamodb: Any, code: str, status: int, error: type[Exception]) -> None:
    with Stubber(dynamodb) as stubber:
        stubber.add_client_error("get_item", code, "no", status)
        with pytest.raises(error, match=TABLE) as caught:
            Table(dynamodb, TABLE).get(KEY)
    assert type(caught.value) is error


def test_no_answer_is_temporary() -> None:
    class Away:
        def get_item(self, **_: Any) -> None:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")

    away: Any = Away()
    with pytest.raises(TemporaryError, match="no answer"):
        Table(away, TABLE).get(KEY)
