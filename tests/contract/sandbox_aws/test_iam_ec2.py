"""EC2 decides by the tags a request sets and by those a resource carries, on every resource of a call."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl

SNAPSHOTS = "arn:aws:ec2:ap-northeast-2::snapshot/*"
VOLUMES = "arn:aws:ec2:ap-northeast-2:111122223333:volume/*"
INSTANCES = "arn:aws:ec2:ap-northeast-2:111122223333:instance/*"
MANAGED = [{"Key": "snapkeep:managed", "Value": "true"}]
FOREIGN = [{"Key": "owner", "Value": "somebody"}]

As = Callable[..., Any]


def allow(action: str, resource: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def tagged(kind: str, key: str, value: str) -> dict[str, Any]:
    return {"StringEquals": {f"aws:{kind}Tag/{key}": value}}


CREATE = [
    allow("ec2:CreateSnapshot*", VOLUMES, **tagged("Resource", "backup", "yes")),
    allow("ec2:CreateSnapshots", INSTANCES),
    allow("ec2:CreateSnapshot*", SNAPSHOTS, **tagged("Request", "snapkeep:managed", "true")),
    allow(
        "ec2:CreateTags", SNAPSHOTS, StringEquals={"ec2:CreateAction": ["CreateSnapshot", "CreateSnapshots"]}
    ),
]


@pytest.fixture
def backed_up(ec2: Any, volume: str) -> str:
    ec2.create_tags(Resources=[volume], Tags=[{"Key": "backup", "Value": "yes"}])
    return volume


def snapshot_tags(tags: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"ResourceType": "snapshot", "Tags": tags}]


def denial(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as denied:
        call(**arguments)
    assert denied.value.response["Error"]["Code"] == "UnauthorizedOperation"
    return str(denied.value)


def test_create_needs_both_the_volume_and_the_new_snapshot(acting_as: As, backed_up: str) -> None:
    on_both = acting_as(*CREATE)
    on_volume_only = acting_as(allow("ec2:CreateSnapshot", VOLUMES))
    on_snapshot_only = acting_as(allow("ec2:CreateSnapshot", SNAPSHOTS))

    made = on_both.create_snapshot(VolumeId=backed_up, TagSpecifications=snapshot_tags(MANAGED))

    assert made["State"] == "pending"
    assert "::snapshot/*" in denial(on_volume_only.create_snapshot, VolumeId=backed_up)
    assert f"volume/{backed_up}" in denial(on_snapshot_only.create_snapshot, VolumeId=backed_up)


def test_the_tags_of_the_volume_decide(acting_as: As, volume: str) -> None:
    us = acting_as(*CREATE)

    assert volume in denial(us.create_snapshot, VolumeId=volume, TagSpecifications=snapshot_tags(MANAGED))


def test_the_tags_of_the_request_decide(acting_as: As, backed_up: str) -> None:
    us = acting_as(*CREATE)

    assert "snapshot/*" in denial(us.create_snapshot, VolumeId=backed_up)
    assert "snapshot/*" in denial(
        us.create_snapshot, VolumeId=backed_up, TagSpecifications=snapshot_tags(FOREIGN)
    )


def test_only_listed_tag_keys_pass(acting_as: As, backed_up: str) -> None:
    keys = {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["snapkeep:managed"]},
        "Null": {"aws:TagKeys": "false"},
    }
    us = acting_as(allow("ec2:CreateSnapshot", VOLUMES), allow("ec2:*", SNAPSHOTS, **keys))

    us.create_snapshot(VolumeId=backed_up, TagSpecifications=snapshot_tags(MANAGED))

    both = snapshot_tags(MANAGED + FOREIGN)
    assert "snapshot/*" in denial(us.create_snapshot, VolumeId=backed_up, TagSpecifications=both)


def test_tagging_at_creation_does_not_allow_tagging_later(acting_as: As, backed_up: str) -> None:
    us = acting_as(*CREATE)
    made = us.create_snapshot(VolumeId=backed_up, TagSpecifications=snapshot_tags(MANAGED))["SnapshotId"]

    assert "ec2:CreateTags" in denial(us.create_tags, Resources=[made], Tags=MANAGED)


def test_tags_at_creation_need_create_tags(acting_as: As, backed_up: str) -> None:
    us = acting_as(*CREATE[:3])
    tags = snapshot_tags(MANAGED)

    assert "ec2:CreateTags" in denial(us.create_snapshot, VolumeId=backed_up, TagSpecifications=tags)


def test_a_group_needs_every_volume_of_the_instance(acting_as: As, ec2: Any, backed_up: str) -> None:
    instance = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.attach_volume(VolumeId=backed_up, InstanceId=instance, Device="/dev/sdb")
    us, tags = acting_as(*CREATE), snapshot_tags(MANAGED)
    data_only = {"InstanceId": instance, "ExcludeBootVolume": True}

    made = us.create_snapshots(InstanceSpecification=data_only, TagSpecifications=tags)["Snapshots"]

    assert [each["VolumeId"] for each in made] == [backed_up]
    with_boot = {"InstanceId": instance}
    assert "volume/" in denial(us.create_snapshots, InstanceSpecification=with_boot, TagSpecifications=tags)


def test_a_held_snapshot_is_not_deleted(acting_as: As, ec2: Any, backed_up: str) -> None:
    condition = {**tagged("Resource", "snapkeep:managed", "true")}
    condition["StringNotEquals"] = {"aws:ResourceTag/snapkeep:hold": "true"}
    pruner = acting_as(allow("ec2:DeleteSnapshot", SNAPSHOTS, **condition))
    ours, held, foreign = (ec2.create_snapshot(VolumeId=backed_up)["SnapshotId"] for _ in range(3))
    ec2.create_tags(Resources=[ours, held], Tags=MANAGED)
    ec2.create_tags(Resources=[held], Tags=[{"Key": "snapkeep:hold", "Value": "true"}])

    pruner.delete_snapshot(SnapshotId=ours)

    assert held in denial(pruner.delete_snapshot, SnapshotId=held)
    assert foreign in denial(pruner.delete_snapshot, SnapshotId=foreign)


def test_a_role_that_may_tag_only_ours(acting_as: As, ec2: Any, backed_up: str) -> None:
    tagger = acting_as(
        allow("ec2:CreateTags", SNAPSHOTS, StringEquals={"ec2:ResourceTag/snapkeep:managed": "true"})
    )
    ours, foreign = (ec2.create_snapshot(VolumeId=backed_up)["SnapshotId"] for _ in range(2))
    ec2.create_tags(Resources=[ours], Tags=MANAGED)

    tagger.create_tags(Resources=[ours], Tags=FOREIGN)

    assert foreign in denial(tagger.create_tags, Resources=[foreign], Tags=FOREIGN)
    assert foreign in denial(tagger.create_tags, Resources=[ours, foreign], Tags=FOREIGN)


def test_reading_is_allowed_on_everything_or_not_at_all(acting_as: As, control: AwsControl) -> None:
    reader = acting_as(allow("ec2:DescribeSnapshots", "*"))

    assert reader.describe_snapshots(OwnerIds=["self"])["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "DescribeVolumes" in denial(reader.describe_volumes)
    assert control.calls().get("ec2:DescribeVolumes", 0) == 0


def test_a_dry_run_tells_who_may(acting_as: As, backed_up: str) -> None:
    with pytest.raises(ClientError, match="DryRunOperation"):
        acting_as(*CREATE).create_snapshot(
            VolumeId=backed_up, TagSpecifications=snapshot_tags(MANAGED), DryRun=True
        )
    denial(acting_as(CREATE[1]).create_snapshot, VolumeId=backed_up, DryRun=True)
