"""An answer of a vault on its way to the source."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.source_buses import SourceBuses
from snapkeep.domain.errors import TemporaryError
from tests.unit.snapkeep.domain.copies.test_requests import ANSWER
from tests.unit.snapkeep.domain.vault.test_vault import PROD

BUS = "arn:aws:events:ap-northeast-2:111122223333:event-bus/snapkeep-answers"


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "events", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )


def buses(client: Any) -> SourceBuses:
    def of_region(service: str, config: object, region: str) -> Any:
        assert (service, region) == ("events", "ap-northeast-2")
        return client

    return SourceBuses(of_region)


def test_an_answer_is_one_event_on_the_bus_of_the_source_in_its_region(client: Any) -> None:
    entry = {
        "Source": "snapkeep.copies",
        "DetailType": "Snapkeep Copy Answered",
        "Detail": json.dumps(ANSWER.to_document()),
        "EventBusName": BUS,
    }
    with Stubber(client) as events:
        events.add_response(
            "put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [entry]}
        )
        buses(client).answer(PROD, ANSWER)
        events.assert_no_pending_responses()


def test_an_answer_that_the_bus_refuses_may_be_sent_again(client: Any) -> None:
    failed = {"ErrorCode": "AccessDeniedException", "ErrorMessage": "not allowed"}
    with Stubber(client) as events:
        events.add_response("put_events", {"FailedEntryCount": 1, "Entries": [failed]})
        with pytest.raises(TemporaryError, match=f"{BUS} did not take the answer: AccessDeniedException"):
            buses(client).answer(PROD, ANSWER)
