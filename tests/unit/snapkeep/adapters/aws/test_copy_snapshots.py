"""What the copier asks EC2 for, and how it reads refusals."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from snapkeep.adapters.aws.copy_snapshots import Ec2Copier
from snapkeep.domain.errors import (
    Forbidden,
    NotFound,
    PermanentError,
    SnapkeepError,
    TemporaryError,
    Throttled,
)

HOME, OSAKA = "ap-northeast-2", "ap-northeast-3"
KEY = f"arn:aws:kms:{OSAKA}:111122223333:key/1"


@pytest.fixture
def client() -> Any:
    return boto3.client("ec2", region_name=OSAKA, aws_access_key_id="a", aws_secret_access_key="b")


def test_the_copy_is_encrypted_and_tagged_by_the_call_that_makes_it(client: Any) -> None:
    asked = {
        "SourceRegion": HOME,
        "SourceSnapshotId": "snap-1",
        "Encrypted": True,
        "KmsKeyId": KEY,
        "TagSpecifications": [
            {"ResourceType": "snapshot", "Tags": [{"Key": "snapkeep:managed", "Value": "copy"}]}
        ],
        "Description": "x" * 255,
    }
    with Stubber(client) as ec2:
        ec2.add_response("copy_snapshot", {"SnapshotId": "snap-2"}, asked)
        copier = Ec2Copier(client)
        assert copier.copy("snap-1", HOME, KEY, {"snapkeep:managed": "copy"}, "x" * 300) == "snap-2"


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ResourceLimitExceeded", 400, Throttled),
        ("RequestLimitExceeded", 503, Throttled),
        ("InternalError", 500, TemporaryError),
        ("InvalidSnapshot.NotFound", 400, NotFound),
        ("UnauthorizedOperation", 403, Forbidden),
        ("IncorrectState", 400, PermanentError),
    ],
)
def test_a_refusal_says_whether_a_copy_may_exist(
    client: Any, code: str, status: int, expected: type[SnapkeepError]
) -> None:
    with Stubber(client) as ec2:
        ec2.add_client_error("copy_snapshot", code, "Too many", http_status_code=status)
        with pytest.raises(SnapkeepError, match=f"copy snap-1 of {HOME}: .*{code}") as refused:
            Ec2Copier(client).copy("snap-1", HOME, KEY, {}, "")
    assert type(refused.value) is expected


def test_the_source_region_is_asked_with_the_callers_signature(client: Any) -> None:
    sent: dict[str, Any] = {}

    def answer(request: Any, **_: Any) -> Any:
        sent["url"], sent["body"] = request.url, request.body
        raise ConnectionError

    client.meta.events.register("before-send.ec2.CopySnapshot", answer)
    with pytest.raises(ConnectionError):
        Ec2Copier(client).copy("snap-1", HOME, KEY, {}, "")
    body = sent["body"].decode() if isinstance(sent["body"], bytes) else str(sent["body"])
    assert OSAKA in sent["url"]
    assert f"DestinationRegion={OSAKA}" in body and f"ec2.{HOME}.amazonaws.com" in body
