"""Snapshots shared with another account: what it sees, what it may copy, and which event it gets."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .copying import described, refusal
from .listening import Listener
from .regions import HOME, OSAKA

ACCOUNT, VAULT = "111122223333", "222233334444"
ZONE = {"AvailabilityZone": f"{HOME}a", "Size": 20}
BAD_KEY = "Given key ID is not accessible"
TAGS = [{"Key": "snapkeep:managed", "Value": "true"}]


@pytest.fixture
def vault(sandbox: Sandbox) -> Any:
    """EC2 of the other account, in the same Region."""
    return sandbox.client("ec2", account=VAULT)


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def take(ec2: Any, control: AwsControl) -> Callable[..., str]:
    """Take a completed snapshot, tagged, of a new volume made with these options."""

    def taken(**options: Any) -> str:
        volume = ec2.create_volume(**ZONE, **options)["VolumeId"]
        made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
        ec2.create_tags(Resources=[made], Tags=TAGS)
        control.settle_snapshot(made)
        return made

    return taken


def share(ec2: Any, snapshot: str, operation: str = "add", account: str = VAULT) -> None:
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot,
        Attribute="createVolumePermission",
        OperationType=operation,
        UserIds=[account],
    )


def listed(ec2: Any, **wanted: Any) -> set[str]:
    return {each["SnapshotId"] for each in ec2.describe_snapshots(**wanted)["Snapshots"]}


def test_a_shared_snapshot_is_seen_without_its_tags(ec2: Any, vault: Any, take: Callable[..., str]) -> None:
    shared, private = take(), take()
    before = refusal(vault.describe_snapshots, SnapshotIds=[shared])[0]
    share(ec2, shared)

    seen = described(vault, shared)
    lists = [
        listed(vault),
        listed(vault, OwnerIds=[ACCOUNT]),
        listed(vault, RestorableByUserIds=["self"], OwnerIds=[ACCOUNT]),
    ]

    assert before == "InvalidSnapshot.NotFound"
    assert (seen["OwnerId"], seen["Tags"], seen["VolumeSize"]) == (ACCOUNT, [], 20)
    assert all(shared in each and private not in each for each in lists)
    assert shared not in listed(vault, OwnerIds=["self"])
    assert listed(vault, Filters=[{"Name": "tag:snapkeep:managed", "Values": ["true"]}]) == set()
    assert described(ec2, shared)["Tags"] == TAGS
    restorable = listed(ec2, RestorableByUserIds=[VAULT])
    assert shared in restorable and private not in restorable
    share(ec2, shared, "remove")
    assert refusal(vault.describe_snapshots, SnapshotIds=[shared])[0] == "InvalidSnapshot.NotFound"


def test_the_receiver_may_change_nothing(ec2: Any, vault: Any, take: Callable[..., str]) -> None:
    snapshot = take()
    share(ec2, snapshot)

    for call, more in (
        (vault.delete_snapshot, {}),
        (vault.lock_snapshot, {"LockMode": "governance", "LockDuration": 1}),
        (vault.modify_snapshot_attribute, {"OperationType": "add", "UserIds": ["333344445555"]}),
        (vault.describe_snapshot_attribute, {"Attribute": "createVolumePermission"}),
    ):
        assert refusal(call, SnapshotId=snapshot, **more)[0] == "InvalidSnapshot.NotFound"


def test_both_forms_of_sharing_do_the_same(ec2: Any, take: Callable[..., str]) -> None:
    snapshot = take()
    wanted = {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}

    ec2.modify_snapshot_attribute(**wanted, CreateVolumePermission={"Add": [{"UserId": VAULT}]})
    given = ec2.describe_snapshot_attribute(**wanted)["CreateVolumePermissions"]
    ec2.modify_snapshot_attribute(**wanted, CreateVolumePermission={"Remove": [{"UserId": VAULT}]})
    taken_back = ec2.describe_snapshot_attribute(**wanted)["CreateVolumePermissions"]
    share(ec2, snapshot)
    ec2.reset_snapshot_attribute(**wanted)

    assert given == [{"UserId": VAULT}]
    assert taken_back == ec2.describe_snapshot_attribute(**wanted)["CreateVolumePermissions"] == []
    both = {"Add": [{"UserId": VAULT}], "Remove": [{"UserId": "333344445555"}]}
    code = refusal(ec2.modify_snapshot_attribute, **wanted, CreateVolumePermission=both)[0]
    assert code == "InvalidParameterCombination"


def test_a_snapshot_under_the_key_of_aws_is_not_shared(ec2: Any, take: Callable[..., str], key: str) -> None:
    wanted = {"OperationType": "add", "UserIds": [VAULT]}
    managed, ours = take(Encrypted=True), take(Encrypted=True, KmsKeyId=key)

    assert refusal(ec2.modify_snapshot_attribute, SnapshotId=managed, **wanted) == (
        "OperationNotPermitted",
        "Encrypted snapshots with EBS default key cannot be shared",
    )
    share(ec2, ours)
    public = {"OperationType": "add", "GroupNames": ["all"]}
    assert refusal(ec2.modify_snapshot_attribute, SnapshotId=ours, **public)[0] == "OperationNotPermitted"


def test_archiving_ends_the_sharing(
    ec2: Any, control: AwsControl, vault: Any, take: Callable[..., str]
) -> None:
    snapshot = take()
    share(ec2, snapshot)
    control.settings(archive_seconds=0)

    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")

    assert refusal(vault.describe_snapshots, SnapshotIds=[snapshot])[0] == "InvalidSnapshot.NotFound"
    again = {"OperationType": "add", "UserIds": [VAULT]}
    assert refusal(ec2.modify_snapshot_attribute, SnapshotId=snapshot, **again)[0] == "IncorrectState"


def test_the_receiver_is_told_once(sandbox: Sandbox, ec2: Any, take: Callable[..., str]) -> None:
    snapshot = take()

    with Listener(sandbox, HOME, "shared", {"source": ["aws.ec2"]}, account=VAULT) as vault:
        share(ec2, snapshot)
        share(ec2, snapshot)
        (event,) = vault.heard()

    detail = event["detail"]
    assert (event["account"], event["region"]) == (VAULT, HOME)
    assert (detail["event"], detail["result"], detail["source"]) == ("shareSnapshot", "succeeded", ACCOUNT)
    assert detail["snapshot_id"].rsplit("/")[-1] == snapshot


def test_the_receiver_copies_it_to_a_region_of_its_own(
    sandbox: Sandbox, ec2: Any, control: AwsControl, take: Callable[..., str]
) -> None:
    control.settings(copy_seconds=0)
    far = sandbox.client("ec2", OSAKA, VAULT)
    snapshot = take()
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": snapshot}
    private = refusal(far.copy_snapshot, **wanted)[0]
    share(ec2, snapshot)

    made = far.copy_snapshot(**wanted)["SnapshotId"]
    found = described(far, made)
    share(ec2, snapshot, "remove")

    assert private == "InvalidSnapshot.NotFound"
    assert (found["OwnerId"], found["State"], found["Tags"]) == (VAULT, "completed", [])
    assert refusal(ec2.describe_snapshots, SnapshotIds=[made])[0] == "InvalidSnapshot.NotFound"
    assert described(far, made)["State"] == "completed"


def test_a_snapshot_unshared_on_the_way_is_not_copied(
    ec2: Any, vault: Any, control: AwsControl, take: Callable[..., str]
) -> None:
    control.settings(copy_seconds=3600)
    snapshot = take()
    share(ec2, snapshot)
    made = vault.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot)["SnapshotId"]
    share(ec2, snapshot, "remove")

    control.advance(timedelta(hours=1))

    found = described(vault, made)
    assert (found["State"], found["StateMessage"]) == ("error", "Source snapshot ID is not valid")


@pytest.mark.parametrize("opened", [False, True])
def test_the_key_of_the_source_must_be_open_to_the_receiver(
    sandbox: Sandbox,
    ec2: Any,
    vault: Any,
    control: AwsControl,
    take: Callable[..., str],
    key: str,
    opened: bool,
) -> None:
    control.settings(copy_seconds=0)
    kms, theirs = sandbox.client("kms"), sandbox.client("kms", account=VAULT)
    snapshot = take(Encrypted=True, KmsKeyId=key)
    share(ec2, snapshot)
    if opened:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy_for(ACCOUNT, VAULT))
    own = theirs.create_key()["KeyMetadata"]["Arn"]

    made = vault.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot, Encrypted=True, KmsKeyId=own)[
        "SnapshotId"
    ]
    control.advance(timedelta(seconds=1))

    found = described(vault, made)
    assert (found["State"], found.get("StateMessage")) == (
        ("completed", None) if opened else ("error", BAD_KEY)
    )
    if opened:
        assert theirs.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    else:
        with pytest.raises(ClientError, match="AccessDenied"):
            theirs.describe_key(KeyId=key)


def policy_for(*accounts: str) -> str:
    roots = [f"arn:aws:iam::{each}:root" for each in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": roots}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_whom_a_snapshot_is_shared_with_is_decided_by_policy(
    ec2: Any, acting_as: Callable[..., Any], take: Callable[..., str]
) -> None:
    snapshot = take()
    may = {
        "Effect": "Allow",
        "Action": "ec2:ModifySnapshotAttribute",
        "Resource": f"arn:aws:ec2:{HOME}::snapshot/*",
        "Condition": {
            "StringEquals": {"aws:ResourceTag/snapkeep:managed": "true"},
            "ForAllValues:StringEquals": {"ec2:Add/userId": [VAULT]},
            "Null": {"ec2:Add/group": "true"},
        },
    }
    us = acting_as(may)

    share(us, snapshot)
    share(us, snapshot, "remove")

    public = {"OperationType": "add", "GroupNames": ["all"]}
    stranger = {"CreateVolumePermission": {"Add": [{"UserId": VAULT}, {"UserId": "333344445555"}]}}
    for wanted in (public, stranger):
        code = refusal(us.modify_snapshot_attribute, SnapshotId=snapshot, **wanted)[0]
        assert code == "UnauthorizedOperation"
