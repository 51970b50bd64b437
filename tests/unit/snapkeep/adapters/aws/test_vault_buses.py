"""What a vault's bus is sent, and what its refusals mean."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.vault_buses import VaultBuses
from snapkeep.domain.errors import TemporaryError, Throttled
from tests.fakes.asking import VAULT
from tests.unit.snapkeep.domain.copies.test_requests import REQUEST

BUS = "arn:aws:events:eu-west-1:222233334444:event-bus/snapkeep-vault"


@pytest.fixture
def client() -> Any:
    return boto3.client("events", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def buses(client: Any) -> VaultBuses:
    def of_region(service: str, config: object, region: str) -> Any:
        assert (service, region) == ("events", "eu-west-1")
        return client

    return VaultBuses(of_region)


def test_a_request_is_one_event_on_the_bus_in_the_vaults_region(client: Any) -> None:
    entry = {
        "Source": "snapkeep.copies",
        "DetailType": "Snapkeep Copy Wanted",
        "Detail": json.dumps(REQUEST.to_document()),
        "EventBusName": BUS,
    }
    with Stubber(client) as events:
        events.add_response(
            "put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [entry]}
        )
        buses(client).ask(VAULT, REQUEST)
        events.assert_no_pending_responses()


def test_an_entry_that_is_not_taken_is_an_error_although_the_call_succeeds(client: Any) -> None:
    failed = {"ErrorCode": "AccessDeniedException", "ErrorMessage": "not allowed"}
    with Stubber(client) as events:
        events.add_response("put_events", {"FailedEntryCount": 1, "Entries": [failed]})
        with pytest.raises(TemporaryError, match=f"{BUS} did not take the request: AccessDeniedException"):
            buses(client).ask(VAULT, REQUEST)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AccessDeniedException", TemporaryError), ("ThrottlingException", Throttled)],
)
def test_a_refused_call_may_be_repeated(client: Any, code: str, expected: type[TemporaryError]) -> None:
    with Stubber(client) as events:
        for _ in range(3):
            events.add_client_error("put_events", code)
        with pytest.raises(expected, match=BUS):
            buses(client).ask(VAULT, REQUEST)
