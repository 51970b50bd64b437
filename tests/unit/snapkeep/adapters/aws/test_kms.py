"""Keys as KMS tells of them: usable, or not and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from snapkeep.adapters.aws.kms import KmsKeys
from snapkeep.domain.errors import TemporaryError


def a_client() -> Any:
    return boto3.client("kms", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def kms() -> Iterator[Any]:
    """A KMS without keys."""
    with mock_aws():
        yield a_client()


def test_a_key_in_use_is_no_trouble(kms: Any) -> None:
    assert KmsKeys(kms).trouble(kms.create_key()["KeyMetadata"]["Arn"]) == ""


def test_a_disabled_key_is_told(kms: Any) -> None:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=arn.rpartition("/")[2])  # moto wants the id
    assert KmsKeys(kms).trouble(arn) == f"{arn} is disabled"


def test_a_key_to_be_deleted_says_when(kms: Any) -> None:
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    until = kms.schedule_key_deletion(KeyId=arn.rpartition("/")[2], PendingWindowInDays=7)["DeletionDate"]
    assert KmsKeys(kms).trouble(arn) == f"{arn} is to be deleted on {until:%Y-%m-%d}"


def test_a_key_that_is_gone_is_told(kms: Any) -> None:
    arn = "arn:aws:kms:ap-northeast-2:123456789012:key/00000000-0000-0000-0000-000000000000"
    assert KmsKeys(kms).trouble(arn) == f"{arn} no longer exists"


@pytest.mark.parametrize(
    ("code", "raised"), [("AccessDeniedException", False), ("ThrottlingException", True)]
)
def test_a_key_nobody_may_look_at_is_left_to_ec2(code: str, raised: bool) -> None:
    client = a_client()
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_key", code, "no")
        if raised:
            with pytest.raises(TemporaryError):
                KmsKeys(client).trouble("arn:key/1")
        else:
            assert KmsKeys(client).trouble("arn:key/1") == ""


@pytest.mark.parametrize(
    ("metadata", "trouble"),
    [
        ({"KeyManager": "AWS"}, "is an AWS managed key, whose policy nobody can change"),
        ({"KeySpec": "RSA_2048"}, "is not a symmetric encryption key (RSA_2048), and EBS accepts no other"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, "is not a symmetric encryption key"),
        ({"KeyState": "Unavailable"}, "is unavailable"),
        ({"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyState": "Enabled"}, ""),
    ],
)
def test_copies_are_encrypted_under_symmetric_keys_of_ours_only(
    metadata: dict[str, str], trouble: str
) -> None:
    client = a_client()
    with Stubber(client) as stubber:
        stubber.add_response("describe_key", {"KeyMetadata": {"KeyId": "1", **metadata}})
        found = KmsKeys(client).encrypting("arn:key/1")
    assert trouble in found and bool(found) == bool(trouble)


def test_a_key_nobody_may_look_at_is_left_to_ec2_for_copies_too() -> None:
    client = a_client()
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_key", "AccessDeniedException", "no")
        assert KmsKeys(client).encrypting("arn:key/1") == ""
