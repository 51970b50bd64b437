"""Invokes our own functions, and waits for an answer no longer than the API's caller can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ReadTimeoutError

from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.errors import TemporaryError, TookTooLong

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PATIENCE = timedelta(seconds=22)
"""API Gateway waits 29 s, so the caller must have an answer before that."""


def ask(client: LambdaClient, function: str, message: Mapping[str, Any], work: str, too_long: str) -> Any:
    """The function's answer, as JSON data. `client` must not wait longer than PATIENCE for it, nor retry.

    Raises TookTooLong with the text `too_long`, and TemporaryError when the function fails.
    """
    try:
        with our_errors(work):
            answer = invoke(client, function, "RequestResponse", message)
            document = json.loads(answer["Payload"].read())
    except TemporaryError as error:
        if isinstance(error.__cause__, ReadTimeoutError):
            raise TookTooLong(too_long) from error
        raise
    if "FunctionError" in answer:
        # Its error details (types, lines of code) belong in its log, not in answers to callers.
        raise TemporaryError(f"{work} failed; its log says why")
    return document


def invoke(client: LambdaClient, function: str, kind: Any, message: Mapping[str, Any]) -> Any:
    """Lambda's response to an invocation of this kind (`RequestResponse` or `Event`)."""
    return client.invoke(FunctionName=function, InvocationType=kind, Payload=json.dumps(message).encode())
