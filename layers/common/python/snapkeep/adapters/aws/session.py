"""What all AWS adapters share: client settings, and botocore's errors turned into ours."""

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
"""For calls that may be repeated: reads, and writes that change nothing the second time."""

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
"""Characters of AWS's own words that go into our messages."""


def code_of(error: ClientError) -> str:
    """The error code AWS answered with."""
    return error.response.get("Error", {}).get("Code", "")


def said(error: ClientError) -> str:
    """Code and message of an AWS error, on one line and cut."""
    text = " ".join(f"{code_of(error)}: {error.response.get('Error', {}).get('Message', '')}".split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def translate(error: ClientError | BotoCoreError, doing: str) -> SnapkeepError:
    """Our error for one of botocore's, saying what was being done.

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
        return Throttled(f"{doing}: AWS was not reached: {error}", THROTTLE_DELAY)
    return TemporaryError(f"{doing}: no answer: {error}")


@contextmanager
def our_errors(doing: str) -> Iterator[None]:
    """Let nothing of botocore's pass; `doing` begins the message."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise translate(error, doing) from error


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
