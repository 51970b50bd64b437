"""One contract for the EC2 of these tests and for the EC2 of the sandbox, as the driver speaks to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.driver.boto_ec2 import BotoEc2
from sandbox.driver.ec2 import Ec2, Ec2Error, VolumeRequest
from sandbox.launch import Sandbox
from tests.contract.sandbox_driver.fake_ec2 import FakeEc2
from tests.contract.sandbox_driver.lab import Lab

ABSENT = "vol-00000000000000bad"
TAGS = {"CSIVolumeSnapshotName": "snapshot-1", "ebs.csi.aws.com/cluster": "true"}


@pytest.fixture(params=["fake", "sandbox"])
def ec2(request: pytest.FixtureRequest) -> Ec2:
    if request.param == "fake":
        return FakeEc2(instant=True)
    return BotoEc2(request.getfixturevalue("aws").client("ec2"))


def _volume(ec2: Ec2, size_gib: int = 4, snapshot_id: str = "") -> str:
    request = VolumeRequest("ap-northeast-2a", size_gib, "gp3", True, snapshot_id, {"a": "b"}, "token")
    return ec2.create_volume(request)


def _eventually(look: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not look() and time.monotonic() < end:
        time.sleep(0.05)
    return look()


def test_a_snapshot_has_the_size_of_its_volume_and_completes(ec2: Ec2) -> None:
    volume = _volume(ec2, 7)

    made = ec2.create_snapshot(volume, "seven", {**TAGS, "CSIVolumeSnapshotName": f"of-{volume}"})

    assert (made.volume_id, made.size_gib) == (volume, 7)
    assert made.state in ("pending", "completed")
    assert made.started_at.utcoffset() is not None
    assert _eventually(lambda: ec2.snapshots([made.id])[made.id].state == "completed")


def test_a_snapshot_is_found_by_the_drivers_name_tag(ec2: Ec2) -> None:
    volume = _volume(ec2)
    name = f"snapshot-of-{volume}"
    made = ec2.create_snapshot(volume, "", {**TAGS, "CSIVolumeSnapshotName": name})

    found = ec2.snapshots_named([name, "snapshot-nobody-made"])

    assert {key: snapshot.id for key, snapshot in found.items()} == {name: made.id}


def test_unknown_ids_are_left_out_of_what_is_found(ec2: Ec2) -> None:
    volume = _volume(ec2)
    made = [
        ec2.create_snapshot(volume, "", {**TAGS, "CSIVolumeSnapshotName": f"{volume}-{number}"}).id
        for number in range(3)
    ]

    found = ec2.snapshots([made[0], "snap-00000000000000bad", *made[1:]])

    assert sorted(found) == sorted(made)


def test_a_snapshot_of_an_absent_volume_is_refused_with_the_code_of_ec2(ec2: Ec2) -> None:
    with pytest.raises(Ec2Error, match=r"InvalidVolume\.NotFound: The volume '" + ABSENT) as refused:
        ec2.create_snapshot(ABSENT, "", TAGS)
    assert refused.value.code == "InvalidVolume.NotFound"
    assert str(refused.value).startswith("operation error EC2: CreateSnapshot, https response error")


def test_deleting_what_is_gone_is_fine(ec2: Ec2) -> None:
    volume = _volume(ec2)
    snapshot = ec2.create_snapshot(volume, "", {**TAGS, "CSIVolumeSnapshotName": f"twice-{volume}"}).id
    for _ in range(2):
        ec2.delete_snapshot(snapshot)
        ec2.delete_volume(volume)
    assert ec2.snapshots([snapshot]) == {}


def test_a_volume_can_be_made_from_a_snapshot_and_grown(ec2: Ec2) -> None:
    origin = _volume(ec2, 4)
    snapshot = ec2.create_snapshot(origin, "", {**TAGS, "CSIVolumeSnapshotName": f"from-{origin}"}).id
    assert _eventually(lambda: ec2.snapshots([snapshot])[snapshot].state == "completed")

    restored = _volume(ec2, 6, snapshot)
    ec2.grow_volume(restored, 9)

    again = ec2.create_snapshot(restored, "", {**TAGS, "CSIVolumeSnapshotName": f"of-{restored}"})
    assert again.size_gib == 9


def test_a_volume_whose_key_is_disabled_never_comes(aws: Sandbox) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    options = {"KmsKeyId": key}
    wanted = VolumeRequest("ap-northeast-2a", 4, "gp3", True, "", {"a": "b"}, "token", options)

    with pytest.raises(Ec2Error, match=r"^timed out .* EC2: DescribeVolumes, .* InvalidVolume\.NotFound"):
        BotoEc2(aws.client("ec2")).create_volume(wanted)


def test_a_snapshot_that_ec2_does_not_show_yet_is_cut_again_and_the_content_names_the_first(
    aws: Sandbox,
) -> None:
    ec2 = BotoEc2(aws.client("ec2"))
    lab = Lab(ec2=ec2)
    volume = lab.bound_claim("data")["spec"]["csi"]["volumeHandle"]
    lab.snapshot_class()
    aws.aws.settings(describe_lag_seconds=1.5)
    aws.aws.forget_calls()
    try:
        lab.snapshot("snap1", "data")
        content = lab.ready("snap1")
    finally:
        aws.aws.settings(describe_lag_seconds=0.0)
        lab.stop()

    def shown() -> list[dict[str, Any]]:
        volumes = [{"Name": "volume-id", "Values": [volume]}]
        found: list[dict[str, Any]] = aws.client("ec2").describe_snapshots(Filters=volumes)["Snapshots"]
        return found

    calls = aws.aws.calls()["ec2:CreateSnapshot"]
    assert 2 <= calls <= 5
    assert _eventually(lambda: len(shown()) == calls), "the last one is not shown at once either"
    cut = sorted((each["StartTime"], each["SnapshotId"]) for each in shown())
    assert content["status"]["snapshotHandle"] == cut[0][1]
