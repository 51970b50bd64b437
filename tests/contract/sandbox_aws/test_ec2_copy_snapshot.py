"""Copies of snapshots in another Region, as EC2 makes, shows, refuses and locks them."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl

from .copying import Copy, described, refusal
from .regions import HOME, OSAKA

TAGS = [{"Key": "snapkeep:managed", "Value": "copy"}, {"Key": "snapkeep:copy-of", "Value": "snap-1"}]
BAD_KEY = "Given key ID is not accessible"


def test_a_copy_is_a_snapshot_of_its_own(
    ec2: Any, osaka: Any, control: AwsControl, snapshot: str, volume: str, key: str
) -> None:
    control.settings(copy_seconds=36_000)
    ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=7)
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, OperationType="add", UserIds=["222233334444"])

    answer = osaka.copy_snapshot(
        SourceRegion=HOME,
        SourceSnapshotId=snapshot,
        Description="to Osaka",
        Encrypted=True,
        KmsKeyId=key,
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": TAGS}],
    )
    made = answer["SnapshotId"]
    at_once = described(osaka, made)
    control.advance(timedelta(hours=5))
    half_way = described(osaka, made)
    control.advance(timedelta(hours=5))
    done = described(osaka, made)

    assert answer["Tags"] == TAGS
    assert (at_once["State"], at_once["Tags"], at_once["Description"]) == ("pending", TAGS, "to Osaka")
    assert (at_once["VolumeId"], at_once["VolumeSize"]) == ("vol-ffffffff", 20)
    assert (at_once["Encrypted"], at_once["KmsKeyId"]) == (True, key)
    assert (at_once["OwnerId"], at_once["TransferType"]) == ("111122223333", "standard")
    assert at_once["StartTime"] >= described(ec2, snapshot)["StartTime"]
    assert "CompletionTime" not in at_once
    assert (half_way["State"], half_way["Progress"]) == ("pending", "50%")
    assert (done["State"], done["Progress"]) == ("completed", "100%")
    assert done["CompletionTime"] >= done["StartTime"]
    assert done["FullSnapshotSizeInBytes"] == 20 << 30
    assert osaka.describe_locked_snapshots(SnapshotIds=[made])["Snapshots"] == []
    shared = osaka.describe_snapshot_attribute(SnapshotId=made, Attribute="createVolumePermission")
    assert shared["CreateVolumePermissions"] == []


def test_each_region_sees_its_own_snapshots(ec2: Any, osaka: Any, snapshot: str, copy: Copy) -> None:
    made = copy(snapshot)

    assert refusal(ec2.describe_snapshots, SnapshotIds=[made])[0] == "InvalidSnapshot.NotFound"
    assert refusal(osaka.describe_snapshots, SnapshotIds=[snapshot])[0] == "InvalidSnapshot.NotFound"
    assert described(osaka, made)["Tags"] == []
    assert described(osaka, made)["Description"] == ""


def test_two_calls_make_two_copies(copy: Copy, snapshot: str) -> None:
    assert copy(snapshot) != copy(snapshot)


def test_a_copy_is_found_by_its_tags_once_the_lag_has_passed(
    osaka: Any, control: AwsControl, snapshot: str, copy: Copy
) -> None:
    control.settings(describe_lag_seconds=3600)
    tags = [{"Key": "snapkeep:copy-of", "Value": snapshot}]
    made = copy(snapshot, TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}])
    wanted = [{"Name": "tag:snapkeep:copy-of", "Values": [snapshot]}]

    early = osaka.describe_snapshots(Filters=wanted)["Snapshots"]
    control.advance(timedelta(hours=1))
    late = osaka.describe_snapshots(Filters=wanted)["Snapshots"]

    assert early == []
    assert [each["SnapshotId"] for each in late] == [made]


def test_only_a_completed_snapshot_in_the_standard_tier_is_copied(
    ec2: Any, osaka: Any, control: AwsControl, snapshot: str, volume: str
) -> None:
    control.settings(snapshot_seconds=None, archive_seconds=0)
    pending = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")

    codes = [
        refusal(osaka.copy_snapshot, SourceRegion=HOME, SourceSnapshotId=each)[0]
        for each in (pending, snapshot, "snap-0123456789abcdef0")
    ]
    elsewhere = refusal(osaka.copy_snapshot, SourceRegion=OSAKA, SourceSnapshotId=snapshot)

    assert codes == ["IncorrectState", "IncorrectState", "InvalidSnapshot.NotFound"]
    assert elsewhere[0] == "InvalidSnapshot.NotFound"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"CompletionDurationMinutes": 17}, "InvalidParameterValue"),
        ({"CompletionDurationMinutes": 2895}, "InvalidParameterValue"),
        ({"Encrypted": False}, "InvalidParameterValue"),
        ({"KmsKeyId": "alias/mine"}, "InvalidParameterDependency"),
    ],
)
def test_a_request_that_contradicts_itself_is_refused(
    osaka: Any, snapshot: str, asked: dict[str, Any], code: str
) -> None:
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": snapshot, **asked}
    assert refusal(osaka.copy_snapshot, **wanted)[0] == code


def test_a_dry_run_copies_nothing(osaka: Any, snapshot: str) -> None:
    before = len(osaka.describe_snapshots(OwnerIds=["self"])["Snapshots"])

    code, _ = refusal(osaka.copy_snapshot, SourceRegion=HOME, SourceSnapshotId=snapshot, DryRun=True)

    assert code == "DryRunOperation"
    assert len(osaka.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == before


def test_a_time_based_copy_says_so(osaka: Any, snapshot: str, copy: Copy) -> None:
    made = described(osaka, copy(snapshot, CompletionDurationMinutes=60))

    assert (made["TransferType"], made["CompletionDurationMinutes"]) == ("time-based", 60)


def test_only_so_many_copies_are_in_progress_in_a_region(
    ec2: Any, osaka: Any, control: AwsControl, snapshot: str, copy: Copy
) -> None:
    control.settings(copies_in_progress=2)
    first, second = copy(snapshot), copy(snapshot)

    refused = refusal(osaka.copy_snapshot, SourceRegion=HOME, SourceSnapshotId=snapshot)
    at_home = ec2.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshot)["SnapshotId"]
    osaka.delete_snapshot(SnapshotId=second)
    third = copy(snapshot)
    control.settle_snapshot(first)
    copy(snapshot)

    assert refused == (
        "ResourceLimitExceeded",
        "Too many snapshot copies in progress. The limit is 2 for this destination region.",
    )
    assert described(ec2, at_home)["State"] == described(osaka, third)["State"] == "pending"


def test_a_lock_holds_a_copy_from_its_first_moment(
    osaka: Any, control: AwsControl, snapshot: str, copy: Copy
) -> None:
    good, bad = copy(snapshot), copy(snapshot)
    for each in (good, bad):
        osaka.lock_snapshot(SnapshotId=each, LockMode="governance", LockDuration=14)
    pending = refusal(osaka.delete_snapshot, SnapshotId=good)[0]
    control.advance(timedelta(hours=20))
    control.settle_snapshot(good)
    control.settle_snapshot(bad, "error", BAD_KEY)

    locked = osaka.describe_locked_snapshots(SnapshotIds=[good, bad])["Snapshots"]
    osaka.delete_snapshot(SnapshotId=bad)
    control.advance(timedelta(days=13, hours=23))
    late = refusal(osaka.delete_snapshot, SnapshotId=good)[0]

    assert [each["SnapshotId"] for each in locked] == [good]
    assert pending == late == "SnapshotLocked"
    control.advance(timedelta(hours=2))
    osaka.delete_snapshot(SnapshotId=good)


def test_a_deleted_copy_lies_in_the_bin_of_its_region(
    ec2: Any, osaka: Any, control: AwsControl, snapshot: str, copy: Copy
) -> None:
    made = copy(snapshot, TagSpecifications=[{"ResourceType": "snapshot", "Tags": TAGS}])
    control.settle_snapshot(made)
    control.settings(recycle_bin_days=7)
    osaka.delete_snapshot(SnapshotId=made)

    lying = [each["SnapshotId"] for each in osaka.list_snapshots_in_recycle_bin()["Snapshots"]]
    elsewhere = [each["SnapshotId"] for each in ec2.list_snapshots_in_recycle_bin()["Snapshots"]]
    osaka.restore_snapshot_from_recycle_bin(SnapshotId=made)

    assert made in lying and made not in elsewhere
    assert described(osaka, made)["Tags"] == TAGS


def test_a_volume_is_made_of_a_copy(osaka: Any, control: AwsControl, snapshot: str, copy: Copy) -> None:
    made = copy(snapshot)
    control.settle_snapshot(made)

    volume = osaka.create_volume(SnapshotId=made, AvailabilityZone=f"{OSAKA}a")

    assert (volume["Size"], volume["SnapshotId"]) == (20, made)
