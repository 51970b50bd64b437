"""Starting a run out of turn: the message is the one a schedule sends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from snapkeep.adapters.aws.lambda_starter import LambdaStarter
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.messages import BackupRequest
from snapkeep.inbound.schedules import backup_request

SLOT = datetime(2026, 11, 25, 3, tzinfo=timezone(timedelta(hours=9)))


class RememberingLambda:
    """A Lambda that takes every message."""

    def __init__(self) -> None:
        self.invocations: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invocations.append(request)
        return {"StatusCode": 202}


def test_plan_backup_reads_the_message_as_that_of_a_schedule() -> None:
    remembering: Any = RememberingLambda()
    LambdaStarter(remembering, "snapkeep-plan-backup", "reconcile").start_run("myeks", "daily", SLOT)
    (request,) = remembering.invocations
    assert (request["FunctionName"], request["InvocationType"]) == ("snapkeep-plan-backup", "Event")
    message = backup_request(json.loads(request["Payload"]))
    assert message == BackupRequest("myeks", "daily", SLOT, "reconcile")


def test_a_throttled_start_is_tried_again() -> None:
    client = boto3.client(
        "lambda", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:
        expected = {"FunctionName": "plan", "InvocationType": "Event", "Payload": ANY}
        stubber.add_client_error(
            "invoke", "TooManyRequestsException", "Rate exceeded", 429, expected_params=expected
        )
        with pytest.raises(TemporaryError, match="start daily of myeks"):
            LambdaStarter(client, "plan", "reconcile").start_run("myeks", "daily", SLOT)
