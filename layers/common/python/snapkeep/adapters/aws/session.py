"""Shared by all AWS adapters: client settings, and the translation of botocore's errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)

from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError, Throttled

T = TypeVar("T")

CALLS = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
"""For calls that may be repeated: reads and idempotent writes."""

CREATES = Config(connect_timeout=2, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 1})
"""For CreateSnapshot and CreateSnapshots: they take no client token, so botocore must not repeat them.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
"""

THROTTLES = frozenset(
    {
        "EC2ThrottledException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

TEMPORARY = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "RequestExpired",
        "RequestTimeout",
        "ServiceException",
        "ServiceUnavailable",
        "Unavailable",
    }
)

THROTTLE_DELAY = timedelta(seconds=5)

SHOWN = 256
"""How many characters of AWS's own text our messages quote."""


def code_of(error: ClientError) -> str:
    """The error code in AWS's response."""
    return error.response.get("Error", {}).get("Code", "")


def said(error: ClientError) -> str:
    """Code and message of an AWS error, on one line and truncated."""
    text = " ".join(f"{code_of(error)}: {error.response.get('Error', {}).get('Message', '')}".split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def translate(error: ClientError | BotoCoreError, doing: str) -> SnapkeepError:
    """Snapkeep's error for one of botocore's, saying what was being done.

    Throttled means that AWS certainly did nothing; another TemporaryError leaves that open.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        if code_of(error) in THROTTLES:
            return Throttled(f"{doing}: {said(error)}", THROTTLE_DELAY)
        if code_of(error) in TEMPORARY or status >= 500:
            return TemporaryError(f"{doing}: {said(error)}")
        return PermanentError(f"{doing}: {said(error)}")
    if isinstance(error, ParamValidationError):
        return PermanentError(f"{doing}: {error}")
    if isinstance(error, (ConnectTimeoutError, EndpointConnectionError)):
        return Throttled(f"{doing}: AWS could not be reached: {error}", THROTTLE_DELAY)
    return TemporaryError(f"{doing}: no answer: {error}")


@contextmanager
def our_errors(doing: str) -> Iterator[None]:
    """Translate all errors of botocore; `doing` begins the message."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise translate(error, doing) from error


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
