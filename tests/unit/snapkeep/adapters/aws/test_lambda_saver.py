"""Asking for saved objects: what Lambda refuses for now is said to work later."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.lambda_saver import LambdaObjectsSaver
from snapkeep.domain.errors import TemporaryError


def test_a_throttled_start_says_that_it_may_work_later() -> None:
    client = boto3.client(
        "lambda", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    expected = {
        "FunctionName": "save",
        "InvocationType": "Event",
        "Payload": json.dumps({"cluster": "myeks"}).encode(),
    }
    with Stubber(client) as stubber:
        stubber.add_client_error(
            "invoke", "TooManyRequestsException", "Rate exceeded", 429, expected_params=expected
        )
        with pytest.raises(TemporaryError, match="save objects of myeks"):
            LambdaObjectsSaver(client, "save").save_objects("myeks")
