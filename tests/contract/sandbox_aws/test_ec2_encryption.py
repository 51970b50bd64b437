"""The key of a volume goes with its snapshots, their copies and what is made of them."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .copying import described, refusal
from .regions import HOME, OSAKA

ZONE = {"AvailabilityZone": f"{HOME}a", "Size": 20}
BAD_KEY = "Given key ID is not accessible"


@pytest.fixture
def home_key(sandbox: Sandbox) -> str:
    return str(sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])


def completed(ec2: Any, control: AwsControl, volume: str) -> str:
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    control.settle_snapshot(made)
    return made


def key_of(ec2: Any, volume: str) -> str | None:
    return ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0].get("KmsKeyId")  # type: ignore[no-any-return]


def test_a_key_goes_from_the_volume_to_its_snapshot_and_back(
    ec2: Any, control: AwsControl, home_key: str
) -> None:
    volume = ec2.create_volume(**ZONE, Encrypted=True, KmsKeyId=home_key.rsplit("/")[-1])["VolumeId"]
    snapshot = completed(ec2, control, volume)
    again = ec2.create_volume(**ZONE, SnapshotId=snapshot)["VolumeId"]

    assert key_of(ec2, volume) == described(ec2, snapshot)["KmsKeyId"] == key_of(ec2, again) == home_key


def test_without_a_key_a_volume_is_under_the_key_that_aws_manages(
    sandbox: Sandbox, ec2: Any, control: AwsControl
) -> None:
    volume = ec2.create_volume(**ZONE, Encrypted=True)["VolumeId"]
    plain = ec2.create_volume(**ZONE)["VolumeId"]

    key = sandbox.client("kms").describe_key(KeyId=key_of(ec2, volume))["KeyMetadata"]
    assert (key["KeyManager"], key["KeyState"]) == ("AWS", "Enabled")
    assert key_of(ec2, plain) is None
    assert "KmsKeyId" not in described(ec2, completed(ec2, control, plain))


def test_a_copy_of_an_encrypted_snapshot_is_encrypted_in_its_region(
    ec2: Any, osaka: Any, control: AwsControl, home_key: str, key: str
) -> None:
    control.settings(copy_seconds=0)
    volume = ec2.create_volume(**ZONE, Encrypted=True, KmsKeyId=home_key)["VolumeId"]
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": completed(ec2, control, volume)}

    chosen = osaka.copy_snapshot(**wanted, Encrypted=True, KmsKeyId=key)["SnapshotId"]
    default = osaka.copy_snapshot(**wanted)["SnapshotId"]
    again = osaka.create_volume(SnapshotId=chosen, AvailabilityZone=f"{OSAKA}a")["VolumeId"]

    assert described(osaka, chosen)["KmsKeyId"] == key_of(osaka, again) == key
    assert described(osaka, default)["Encrypted"] is True
    assert f":kms:{OSAKA}:" in described(osaka, default)["KmsKeyId"]


def test_a_source_whose_key_is_disabled_cannot_be_copied(
    sandbox: Sandbox, ec2: Any, osaka: Any, control: AwsControl, home_key: str, key: str
) -> None:
    control.settings(copy_seconds=3600)
    volume = ec2.create_volume(**ZONE, Encrypted=True, KmsKeyId=home_key)["VolumeId"]
    source = completed(ec2, control, volume)
    sandbox.client("kms").disable_key(KeyId=home_key)

    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=source, Encrypted=True, KmsKeyId=key)[
        "SnapshotId"
    ]
    control.advance(timedelta(seconds=1))

    found = described(osaka, made)
    assert (found["State"], found["StateMessage"]) == ("error", BAD_KEY)


def test_what_is_made_of_a_snapshot_whose_key_is_disabled_vanishes(
    sandbox: Sandbox, ec2: Any, control: AwsControl, home_key: str
) -> None:
    volume = ec2.create_volume(**ZONE, Encrypted=True, KmsKeyId=home_key)["VolumeId"]
    snapshot = completed(ec2, control, volume)
    sandbox.client("kms").disable_key(KeyId=home_key)

    made = ec2.create_volume(**ZONE, SnapshotId=snapshot)

    assert (made["State"], made["KmsKeyId"]) == ("creating", home_key)
    assert refusal(ec2.describe_volumes, VolumeIds=[made["VolumeId"]])[0] == "InvalidVolume.NotFound"
