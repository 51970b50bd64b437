"""botocore's failures in our words: whether to try again, and whether something may have happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from snapkeep.adapters.aws.session import CREATES, chunks, our_errors, translate
from snapkeep.domain.errors import PermanentError, SnapkeepError, TemporaryError, Throttled


def answered(code: str, message: str = "no", status: int = 400) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (answered("Throttling"), Throttled),
        (answered("RequestLimitExceeded", status=503), Throttled),
        (answered("InternalError", status=500), TemporaryError),
        (answered("SomethingNew", status=502), TemporaryError),
        (answered("ExpiredToken"), TemporaryError),
        (answered("UnauthorizedOperation", status=403), PermanentError),
        (answered("ValidationError"), PermanentError),
        (ConnectTimeoutError(endpoint_url="https://x"), Throttled),
        (EndpointConnectionError(endpoint_url="https://x"), Throttled),
        (ReadTimeoutError(endpoint_url="https://x"), TemporaryError),
        (NoCredentialsError(), TemporaryError),
        (ParamValidationError(report="bad"), PermanentError),
    ],
)
def test_each_failure_has_its_kind(error: ClientError | BotoCoreError, ours: type[SnapkeepError]) -> None:
    translated = translate(error, "tag snap-1")
    assert type(translated) is ours
    assert translated.reason.startswith("tag snap-1: ")


def test_the_words_of_aws_come_on_one_line_and_cut() -> None:
    reason = translate(answered("Code", "first\n  second " + "x" * 999), "act").reason
    assert reason.startswith("act: Code: first second xxx")
    assert "\n" not in reason
    assert len(reason) < 300


def test_only_botocore_is_translated() -> None:
    with pytest.raises(KeyError), our_errors("act"):
        raise KeyError("bug")
    with pytest.raises(TemporaryError) as caught, our_errors("act"):
        raise answered("InternalError", status=500)
    assert isinstance(caught.value.__cause__, ClientError)


def test_creates_are_sent_once() -> None:
    retries: Any = CREATES
    assert retries.retries["total_max_attempts"] == 1


def test_a_throttle_is_short() -> None:
    throttled = translate(answered("Throttling"), "act")
    assert isinstance(throttled, Throttled)
    assert throttled.delay == timedelta(seconds=5)


def test_chunks_keep_the_order_and_lose_nothing() -> None:
    assert [list(some) for some in chunks(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(chunks([], 2)) == []
