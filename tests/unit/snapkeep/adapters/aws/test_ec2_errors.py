"""EC2's codes for snapshots: what each means, how long to wait, what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from snapkeep.adapters.aws.ec2_errors import ec2_errors, group_errors, of_code
from snapkeep.domain.errors import GroupRefused, NotFound, PermanentError, TemporaryError, Throttled


def answered(code: str, message: str = "no") -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}}
    return ClientError(response, "CreateSnapshot")


@pytest.mark.parametrize(
    ("code", "seconds", "words"),
    [
        ("SnapshotCreationPerVolumeRateExceeded", 15, "one snapshot per volume in 15 seconds"),
        ("ConcurrentSnapshotLimitExceeded", 60, "as many pending snapshots as EC2 allows"),
        ("PendingSnapshotLimitExceeded", 60, "in this Region"),
    ],
)
def test_a_limit_that_passes_says_which_and_how_long(code: str, seconds: int, words: str) -> None:
    error = of_code(answered(code), "snapshot of vol-1")
    assert isinstance(error, Throttled)
    assert error.delay == timedelta(seconds=seconds)
    assert words in error.reason and code in error.reason and "vol-1" in error.reason


@pytest.mark.parametrize("code", ["InvalidVolume.NotFound", "InvalidSnapshot.NotFound"])
def test_what_is_gone_is_not_found(code: str) -> None:
    assert type(of_code(answered(code), "act")) is NotFound


def test_a_full_quota_says_what_to_do() -> None:
    error = of_code(answered("SnapshotLimitExceeded"), "snapshot of vol-1")
    assert type(error) is PermanentError
    assert "Service Quotas" in error.reason


def test_a_group_is_refused_only_for_good() -> None:
    with pytest.raises(GroupRefused, match="InvalidParameterValue"), group_errors("group"):
        raise answered("InvalidParameterValue")
    with pytest.raises(Throttled), group_errors("group"):
        raise answered("RequestLimitExceeded")
    with pytest.raises(TemporaryError, match="no answer"), group_errors("group"):
        raise ReadTimeoutError(endpoint_url="https://ec2.example")


def test_our_own_bugs_pass_through() -> None:
    with pytest.raises(KeyError), ec2_errors("act"):
        raise KeyError("bug")
