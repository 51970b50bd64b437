"""What every journal promises about what sources asked of a vault: in memory and in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain import tags
from snapkeep.domain.errors import UnreadableRecord
from snapkeep.domain.vault.asked import StoredRequest
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE
from tests.unit.snapkeep.domain.copies.test_requests import REQUEST

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def asked(point: str = "data-1", source: str = "prod", **changes: Any) -> StoredRequest:
    request = replace(REQUEST, tags={**REQUEST.tags, tags.POINT: point})
    return replace(StoredRequest(source, request, AT), **changes)


def waiting(journal: Journal, source: str = "prod") -> list[str]:
    return [each.request.point for each in journal.vault_requests.waiting(source)]


def test_a_request_comes_back_as_it_was_kept(journal: Journal) -> None:
    requests = journal.vault_requests
    assert requests.request("prod", "data-1") is None
    requests.keep(asked())
    assert requests.request("prod", "data-1") == asked()
    assert list(requests.waiting("prod")) == [asked()]


def test_requests_of_each_source_are_apart_and_in_the_order_of_their_points(journal: Journal) -> None:
    for point in ("data-3", "data-1", "data-2"):
        journal.vault_requests.keep(asked(point))
    journal.vault_requests.keep(asked("data-9", "stage"))
    assert waiting(journal) == ["data-1", "data-2", "data-3"]
    assert (waiting(journal, "stage"), waiting(journal, "other")) == (["data-9"], [])


def test_many_requests_are_all_there(journal: Journal) -> None:
    points = [f"data-{number:03}" for number in range(250)]
    for point in points:
        journal.vault_requests.keep(asked(point))
    assert waiting(journal) == points


def test_a_later_request_for_the_point_takes_the_place_of_the_earlier(journal: Journal) -> None:
    requests = journal.vault_requests
    requests.keep(asked())
    again = asked(received_at=AT + timedelta(hours=3))
    requests.keep(again)
    assert list(requests.waiting("prod")) == [again]


def test_an_answered_request_is_dropped_but_not_one_that_arrived_meanwhile(journal: Journal) -> None:
    requests = journal.vault_requests
    again = asked(received_at=AT + timedelta(seconds=1))
    requests.keep(asked())
    requests.keep(again)
    requests.drop(asked())
    assert waiting(journal) == ["data-1"]
    for _ in range(2):
        requests.drop(again)
        assert waiting(journal) == []


def test_it_is_known_when_a_source_was_heard_last(journal: Journal) -> None:
    requests = journal.vault_requests
    assert requests.heard("prod") is None
    requests.keep(asked())
    requests.keep(asked("data-2", received_at=AT + timedelta(hours=1)))
    requests.drop(asked())
    assert (requests.heard("prod"), requests.heard("stage")) == (AT + timedelta(hours=1), None)


def test_a_request_goes_by_itself_after_three_days(table_client: Any) -> None:
    dynamo_journal(table_client, TABLE).vault_requests.keep(asked())
    items = table_client.scan(TableName=TABLE)["Items"]
    (expiry,) = [int(item["expires_at"]["N"]) for item in items if "expires_at" in item]
    assert expiry == int((AT + timedelta(days=3)).timestamp())


def test_a_request_that_this_version_cannot_read_is_passed_over_and_named(table_client: Any) -> None:
    journal = dynamo_journal(table_client, TABLE)
    journal.vault_requests.keep(asked())
    table_client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "SOURCE#prod"}, "sk": {"S": "ASKED#data-1"}},
        UpdateExpression="SET #request = :bad",
        ExpressionAttributeNames={"#request": "request"},
        ExpressionAttributeValues={":bad": {"S": '{"version": 2}'}},
    )
    assert waiting(journal) == []
    assert list(journal.unreadable.passed_over()) == ["SOURCE#prod ASKED#data-1"]
    with pytest.raises(UnreadableRecord):
        journal.vault_requests.request("prod", "data-1")
