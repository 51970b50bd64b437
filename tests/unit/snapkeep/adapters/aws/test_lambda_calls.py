"""Invoking functions of ours: how an answer, a failure and a silence reach the caller."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from snapkeep.adapters.aws.lambda_calls import ask
from snapkeep.domain.errors import TemporaryError, TookTooLong
from tests.unit.snapkeep.adapters.aws.test_lambda_pruner import Lambda


def answer(client: Any) -> Any:
    return ask(client, "function", {"cluster": "myeks"}, "the work", "it takes too long")


def test_the_answer_is_the_functions_document() -> None:
    client = Lambda({"a": 1})
    assert answer(client) == {"a": 1}
    (request,) = client.requests
    assert (request["FunctionName"], request["InvocationType"]) == ("function", "RequestResponse")
    assert json.loads(request["Payload"]) == {"cluster": "myeks"}


def test_a_failure_tells_nothing_of_the_functions_insides() -> None:
    with pytest.raises(TemporaryError) as failed:
        answer(Lambda({"errorMessage": "line 7"}, error="Unhandled"))
    assert failed.value.reason == "the work failed; its log says why"


def test_silence_says_what_the_caller_wants_said() -> None:
    with pytest.raises(TookTooLong, match="it takes too long"):
        answer(Lambda(trouble=ReadTimeoutError(endpoint_url="https://lambda")))
