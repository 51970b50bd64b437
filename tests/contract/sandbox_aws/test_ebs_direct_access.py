"""Who may read the blocks of a snapshot: its tags decide, and its key must be open to the caller."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .regions import HOME

As = Callable[..., Any]
Make = Callable[..., str]
READS = ["ebs:ListSnapshotBlocks", "ebs:ListChangedBlocks", "ebs:GetSnapshotBlock"]
OURS = [{"Key": "snapkeep:managed", "Value": "true"}]
RECEIVER = "222233334444"
NO_KEY = ("AccessDeniedException", "DEPENDENCY_ACCESS_DENIED")


@pytest.fixture
def make(ec2: Any, control: AwsControl) -> Make:
    """A completed snapshot of a volume that holds one block, of the last volume if none is asked for."""
    volumes: list[str] = []

    def made(**volume: Any) -> str:
        if volume or not volumes:
            volumes.append(ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, **volume)["VolumeId"])
            control.write_volume(volumes[-1], "a post")
        snapshot = str(ec2.create_snapshot(VolumeId=volumes[-1])["SnapshotId"])
        control.settle_snapshot(snapshot)
        return snapshot

    return made


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    """The ARN of a key at home."""
    return str(sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])


def allow(actions: Iterable[str], resource: str = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": [*actions], "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"], str(refused.value.response.get("Reason", ""))


def indexes(ebs: Any, snapshot: str) -> list[int]:
    return [each["BlockIndex"] for each in ebs.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"]]


def test_the_tags_of_every_snapshot_decide_who_reads_it(acting_as: As, ec2: Any, make: Make) -> None:
    ours, foreign = make(), make()
    ec2.create_tags(Resources=[ours], Tags=OURS)
    by_tag = {"aws:ResourceTag/snapkeep:managed": "true"}
    us = acting_as(allow(READS, "arn:aws:ec2:*::snapshot/*", StringEquals=by_tag), service="ebs")

    (block,) = us.list_snapshot_blocks(SnapshotId=ours)["Blocks"]
    us.get_snapshot_block(SnapshotId=ours, BlockIndex=0, BlockToken=block["BlockToken"])
    with pytest.raises(ClientError, match=f"snapshot/{foreign}"):
        us.list_snapshot_blocks(SnapshotId=foreign)
    for first, second in ((ours, foreign), (foreign, ours)):
        refused = refusal(us.list_changed_blocks, FirstSnapshotId=first, SecondSnapshotId=second)
        assert refused == ("AccessDeniedException", "")


def test_a_role_that_reads_by_tag_is_denied_what_does_not_exist(acting_as: As) -> None:
    by_tag = {"aws:ResourceTag/snapkeep:managed": "true"}
    us = acting_as(allow(READS, StringEquals=by_tag), service="ebs")

    refused = refusal(us.list_snapshot_blocks, SnapshotId="snap-0123456789abcdef0")

    assert refused == ("AccessDeniedException", "")


def test_each_call_needs_its_own_action(acting_as: As, make: Make) -> None:
    snapshot = make()
    us = acting_as(allow(["ebs:ListSnapshotBlocks"]), service="ebs")

    (block,) = us.list_snapshot_blocks(SnapshotId=snapshot)["Blocks"]
    token = block["BlockToken"]

    assert refusal(us.list_changed_blocks, SecondSnapshotId=snapshot)[0] == "AccessDeniedException"
    refused = refusal(us.get_snapshot_block, SnapshotId=snapshot, BlockIndex=0, BlockToken=token)
    assert refused[0] == "AccessDeniedException"


def test_an_encrypted_snapshot_needs_its_key(sandbox: Sandbox, acting_as: As, make: Make, key: str) -> None:
    snapshot = make(Encrypted=True, KmsKeyId=key)
    reads, decrypts = allow(READS), allow(["kms:Decrypt"], key)
    with_key, without = acting_as(reads, decrypts, service="ebs"), acting_as(reads, service="ebs")

    assert indexes(with_key, snapshot) == [0]
    assert refusal(without.list_snapshot_blocks, SnapshotId=snapshot) == NO_KEY
    sandbox.client("kms").disable_key(KeyId=key)
    refused = refusal(with_key.list_snapshot_blocks, SnapshotId=snapshot)
    assert refused == ("ValidationException", "INVALID_CUSTOMER_KEY")


def test_a_snapshot_under_the_aws_managed_key_needs_no_right_on_it(acting_as: As, make: Make) -> None:
    assert indexes(acting_as(allow(READS), service="ebs"), make(Encrypted=True)) == [0]


def test_a_shared_snapshot_needs_the_policy_of_its_key(
    sandbox: Sandbox, ec2: Any, make: Make, key: str
) -> None:
    snapshot = make(Encrypted=True, KmsKeyId=key)
    change = {"Attribute": "createVolumePermission", "OperationType": "add", "UserIds": [RECEIVER]}
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, **change)
    receiver = sandbox.client("ebs", account=RECEIVER)

    assert refusal(receiver.list_snapshot_blocks, SnapshotId=snapshot) == NO_KEY
    owners = allow(["kms:*"]) | {"Principal": {"AWS": f"arn:aws:iam::{sandbox.account}:root"}}
    theirs = allow(["kms:Decrypt"]) | {"Principal": {"AWS": f"arn:aws:iam::{RECEIVER}:root"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [owners, theirs]})
    sandbox.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert indexes(receiver, snapshot) == [0]
