"""A copy needs permission for the new snapshot and for its source, and on both keys."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .regions import HOME, OSAKA

As = Callable[..., Any]
NEW = f"arn:aws:ec2:{OSAKA}::snapshot/${{*}}"
SOURCES = "arn:aws:ec2:*::snapshot/snap-*"
OURS = [{"Key": "snapkeep:managed", "Value": "copy"}]
FOREIGN = [{"Key": "owner", "Value": "somebody"}]
USES_KEYS = ("DescribeKey", "CreateGrant", "Decrypt", "ReEncrypt*", "GenerateDataKey*")


def allow(action: str, resource: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


MAKE = allow("ec2:CopySnapshot", NEW, StringEquals={"aws:RequestTag/snapkeep:managed": "copy"})
READ = allow("ec2:CopySnapshot", SOURCES, StringEquals={"ec2:Owner": "111122223333"})
TAG = allow(
    "ec2:CreateTags",
    f"arn:aws:ec2:{OSAKA}::snapshot/*",
    StringEquals={"ec2:CreateAction": "CopySnapshot"},
)


def wanted(source: str, tags: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    specification = {"ResourceType": "snapshot", "Tags": tags}
    return {
        "SourceRegion": HOME,
        "SourceSnapshotId": source,
        "TagSpecifications": [specification],
        **more,
    }


@pytest.fixture
def snapshot(ec2: Any, control: AwsControl, volume: str) -> str:
    control.settings(copy_seconds=0)
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    control.settle_snapshot(made)
    return made


def denial(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as denied:
        call(**arguments)
    assert denied.value.response["Error"]["Code"] == "UnauthorizedOperation"
    return str(denied.value)


def test_a_copy_needs_its_source_and_the_new_snapshot(acting_as: As, snapshot: str) -> None:
    us = acting_as(MAKE, READ, TAG, region=OSAKA)

    made = us.copy_snapshot(**wanted(snapshot, OURS))

    assert made["Tags"] == OURS
    assert f"snapshot/{snapshot}" in denial(
        acting_as(MAKE, TAG, region=OSAKA).copy_snapshot, **wanted(snapshot, OURS)
    )
    assert f"{OSAKA}::snapshot/*" in denial(
        acting_as(READ, TAG, region=OSAKA).copy_snapshot, **wanted(snapshot, OURS)
    )
    assert "ec2:CreateTags" in denial(
        acting_as(MAKE, READ, region=OSAKA).copy_snapshot, **wanted(snapshot, OURS)
    )


def test_the_tags_of_the_copy_decide_and_not_those_of_its_source(
    acting_as: As, ec2: Any, snapshot: str
) -> None:
    ec2.create_tags(Resources=[snapshot], Tags=OURS)
    by_tag = allow("ec2:CopySnapshot", SOURCES, StringEquals={"aws:ResourceTag/snapkeep:managed": "copy"})

    us = acting_as(MAKE, READ, TAG, region=OSAKA)

    assert f"{OSAKA}::snapshot/*" in denial(us.copy_snapshot, **wanted(snapshot, FOREIGN))
    assert f"snapshot/{snapshot}" in denial(
        acting_as(MAKE, by_tag, TAG, region=OSAKA).copy_snapshot, **wanted(snapshot, OURS)
    )


def test_a_copy_of_a_foreign_owner_or_another_region_is_refused(acting_as: As, snapshot: str) -> None:
    foreign = allow("ec2:CopySnapshot", SOURCES, StringEquals={"ec2:Owner": "222233334444"})
    elsewhere = allow("ec2:CopySnapshot", "arn:aws:ec2:us-east-1::snapshot/snap-*")

    for source in (foreign, elsewhere):
        us = acting_as(MAKE, source, TAG, region=OSAKA)
        assert f"snapshot/{snapshot}" in denial(us.copy_snapshot, **wanted(snapshot, OURS))


def test_a_role_that_copies_may_not_tag_later(acting_as: As, snapshot: str) -> None:
    us = acting_as(MAKE, READ, TAG, region=OSAKA)
    made = us.copy_snapshot(**wanted(snapshot, OURS))["SnapshotId"]

    assert "ec2:CreateTags" in denial(us.create_tags, Resources=[made], Tags=FOREIGN)
    assert "ec2:DeleteSnapshot" in denial(us.delete_snapshot, SnapshotId=made)


def test_a_dry_run_tells_who_may_copy(acting_as: As, snapshot: str) -> None:
    with pytest.raises(ClientError, match="DryRunOperation"):
        acting_as(MAKE, READ, TAG, region=OSAKA).copy_snapshot(**wanted(snapshot, OURS, DryRun=True))
    denial(acting_as(MAKE, region=OSAKA).copy_snapshot, **wanted(snapshot, OURS, DryRun=True))


@pytest.mark.parametrize("missing", ["", "CreateGrant", "ReEncrypt*", "the grant's condition"])
def test_a_role_that_may_not_use_the_key_gets_a_copy_that_fails(
    sandbox: Sandbox, acting_as: As, control: AwsControl, snapshot: str, missing: str
) -> None:
    key = sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"]
    through_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{OSAKA}.amazonaws.com"}}
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    if missing == "the grant's condition":
        for_aws = {"Bool": {"kms:GrantIsForAWSResource": "false"}}
    keys = [
        allow(f"kms:{each}", key, **(for_aws if each == "CreateGrant" else through_ec2))
        for each in USES_KEYS
        if each != missing
    ]
    us = acting_as(MAKE, READ, TAG, *keys, region=OSAKA)

    made = us.copy_snapshot(**wanted(snapshot, OURS, Encrypted=True, KmsKeyId=key))["SnapshotId"]
    control.advance(timedelta(seconds=1))

    (found,) = sandbox.client("ec2", OSAKA).describe_snapshots(SnapshotIds=[made])["Snapshots"]
    expected = ("error", "Given key ID is not accessible") if missing else ("completed", None)
    assert (found["State"], found.get("StateMessage")) == expected
