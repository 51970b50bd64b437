"""Copies that fail on the way: EC2 accepts them, and they end in the state `error`."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .copying import Copy, described
from .regions import HOME, OSAKA

BAD_KEY = "Given key ID is not accessible"


@pytest.mark.parametrize("trouble", ["unknown", "foreign", "disabled"])
def test_a_key_that_cannot_be_used_is_found_out_later(
    sandbox: Sandbox, osaka: Any, control: AwsControl, snapshot: str, copy: Copy, key: str, trouble: str
) -> None:
    kms = sandbox.client("kms", OSAKA)
    if trouble == "unknown":
        key = key[:-12] + "000000000000"
    if trouble == "foreign":
        key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    if trouble == "disabled":
        kms.disable_key(KeyId=key)

    control.settings(key_check_seconds=3600)

    made = copy(snapshot, Encrypted=True, KmsKeyId=key)
    at_once = described(osaka, made)["State"]
    control.advance(timedelta(hours=1))
    found = described(osaka, made)

    assert at_once == "pending"
    assert (found["State"], found["StateMessage"]) == ("error", BAD_KEY)
    assert "CompletionTime" not in found


def test_a_key_may_be_named_by_its_alias(
    sandbox: Sandbox, osaka: Any, snapshot: str, copy: Copy, key: str
) -> None:
    sandbox.client("kms", OSAKA).create_alias(AliasName="alias/copies", TargetKeyId=key)

    made = copy(snapshot, Encrypted=True, KmsKeyId="alias/copies")

    assert described(osaka, made)["KmsKeyId"] == key


def test_without_a_key_the_copy_is_under_the_key_that_aws_manages(
    sandbox: Sandbox, osaka: Any, snapshot: str, copy: Copy
) -> None:
    made = described(osaka, copy(snapshot, Encrypted=True))

    kms = sandbox.client("kms", OSAKA)
    assert made["KmsKeyId"] == kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["Arn"]
    assert kms.describe_key(KeyId=made["KmsKeyId"])["KeyMetadata"]["KeyManager"] == "AWS"


def test_a_key_disabled_on_the_way_fails_the_copy(
    sandbox: Sandbox, osaka: Any, control: AwsControl, snapshot: str, key: str
) -> None:
    control.settings(copy_seconds=3600)
    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=key)[
        "SnapshotId"
    ]
    sandbox.client("kms", OSAKA).disable_key(KeyId=key)

    control.advance(timedelta(hours=1))

    found = described(osaka, made)
    assert (found["State"], found["StateMessage"]) == ("error", BAD_KEY)


def test_a_source_deleted_on_the_way_fails_the_copy(
    ec2: Any, osaka: Any, control: AwsControl, snapshot: str
) -> None:
    control.settings(copy_seconds=3600)
    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot)["SnapshotId"]
    ec2.delete_snapshot(SnapshotId=snapshot)

    control.advance(timedelta(hours=1))

    found = described(osaka, made)
    assert (found["State"], found["StateMessage"]) == ("error", "Source snapshot ID is not valid")


def test_the_next_copies_can_be_made_to_fail(osaka: Any, control: AwsControl, snapshot: str) -> None:
    control.settings(copy_seconds=1)
    control.fail_copies(snapshot, times=2)
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": snapshot}

    made = [osaka.copy_snapshot(**wanted)["SnapshotId"] for _ in range(3)]
    control.advance(timedelta(seconds=1))

    assert [described(osaka, each)["State"] for each in made] == ["error", "error", "completed"]
