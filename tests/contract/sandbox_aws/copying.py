"""What tests of copies share."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Copy = Callable[..., str]


def described(ec2: Any, snapshot: str) -> dict[str, Any]:
    (found,) = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    return dict(found)


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]
