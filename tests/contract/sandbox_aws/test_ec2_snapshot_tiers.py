"""Snapshots move to the archive tier and back as EC2 moves them: slowly, within limits, with events.

Moves end by the sandbox's clock, which also moves by itself: a move of an hour is still on its way in a test,
one of a second may have ended.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox
from snapkeep.adapters.aws.ec2 import Ec2Snapshots

from .copying import described, refusal
from .listening import Listener
from .regions import HOME, OSAKA

WHERE = {"AvailabilityZone": "ap-northeast-2a"}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def slow(control: AwsControl) -> Iterator[None]:
    """Moves take an hour; no move is left to the next test."""
    control.settings(archive_seconds=3600, tier_restore_seconds=3600)
    yield
    control.advance(HOUR)


@pytest.fixture
def archived(ec2: Any, control: AwsControl, snapshot: str) -> str:
    """A snapshot in the archive tier."""
    ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    control.advance(HOUR)
    return snapshot


@pytest.fixture
def events(sandbox: Sandbox) -> Iterator[Listener]:
    """What a rule for aws.ec2 hears."""
    with Listener(sandbox, HOME, "tiers", {"source": ["aws.ec2"]}) as listener:
        yield listener


def status(ec2: Any, snapshot: str) -> dict[str, Any]:
    wanted = [{"Name": "snapshot-id", "Values": [snapshot]}]
    (found,) = ec2.describe_snapshot_tier_status(Filters=wanted)["SnapshotTierStatuses"]
    return dict(found)


def taken(ec2: Any, control: AwsControl, volume: str) -> str:
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    control.settle_snapshot(made)
    return made


def test_archiving_takes_a_while_and_shows_how_far_it_is(
    ec2: Any, control: AwsControl, snapshot: str
) -> None:
    assert "LastTieringOperationStatus" not in status(ec2, snapshot)

    answer = ec2.modify_snapshot_tier(SnapshotId=snapshot, StorageTier="archive")
    control.advance(HOUR / 2)
    half = status(ec2, snapshot)
    control.advance(HOUR / 2)
    done = status(ec2, snapshot)

    assert answer["TieringStartTime"] == half["LastTieringStartTime"]
    assert (half["StorageTier"], half["LastTieringOperationStatus"]) == ("standard", "archival-in-progress")
    assert half["LastTieringProgress"] in (50, 51)
    assert (done["StorageTier"], done["LastTieringOperationStatus"]) == ("archive", "archival-completed")
    assert (done["LastTieringProgress"], done["Status"]) == (100, "completed")
    assert done["ArchivalCompleteTime"] >= done["LastTieringStartTime"]
    assert done["Tags"] == [{"Key": "snapkeep:managed", "Value": "true"}]
    assert described(ec2, snapshot)["StorageTier"] == "archive"


def test_nothing_is_made_of_an_archived_snapshot(
    sandbox: Sandbox, ec2: Any, osaka: Any, archived: str
) -> None:
    share = {"Attribute": "createVolumePermission", "OperationType": "add", "UserIds": ["222233334444"]}
    found = Ec2Snapshots(ec2, ec2).get(archived)
    assert found is not None and found.archived
    assert refusal(ec2.create_volume, SnapshotId=archived, **WHERE)[0] == "IncorrectState"
    copy = {"SourceRegion": HOME, "SourceSnapshotId": archived}
    assert refusal(osaka.copy_snapshot, **copy)[0] == "IncorrectState"
    assert refusal(ec2.modify_snapshot_attribute, SnapshotId=archived, **share)[0] == "IncorrectState"
    read = sandbox.client("ebs").list_snapshot_blocks
    assert refusal(read, SnapshotId=archived)[0] == "ResourceNotFoundException"


def test_one_that_is_back_for_a_time_is_used_like_any_other_until_it_goes(
    sandbox: Sandbox, ec2: Any, osaka: Any, control: AwsControl, archived: str
) -> None:
    answer = ec2.restore_snapshot_tier(SnapshotId=archived, TemporaryRestoreDays=7)
    assert (answer["RestoreDuration"], answer["IsPermanentRestore"]) == (7, False)
    assert status(ec2, archived)["LastTieringOperationStatus"] == "temporary-restore-in-progress"
    assert refusal(ec2.create_volume, SnapshotId=archived, **WHERE)[0] == "IncorrectState"

    control.advance(HOUR)
    back, shown, ours = status(ec2, archived), described(ec2, archived), Ec2Snapshots(ec2, ec2).get(archived)
    assert back["LastTieringOperationStatus"] == "temporary-restore-completed"
    assert (back["StorageTier"], shown["StorageTier"]) == ("archive", "archive")
    assert back["RestoreExpiryTime"] == shown["RestoreExpiryTime"]
    assert timedelta(days=7) - HOUR < shown["RestoreExpiryTime"] - control.now() <= timedelta(days=7)
    assert ours is not None and not ours.archived
    assert ours.back_to_archive_at == shown["RestoreExpiryTime"]
    assert ec2.create_volume(SnapshotId=archived, **WHERE)["SnapshotId"] == archived
    assert osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=archived)["SnapshotId"]
    assert "Blocks" in sandbox.client("ebs").list_snapshot_blocks(SnapshotId=archived)

    control.advance(timedelta(days=7))
    assert "RestoreExpiryTime" not in described(ec2, archived)
    assert refusal(ec2.create_volume, SnapshotId=archived, **WHERE)[0] == "IncorrectState"


def test_the_days_of_one_that_is_back_count_from_now_and_may_be_fewer(
    ec2: Any, control: AwsControl, archived: str
) -> None:
    ec2.restore_snapshot_tier(SnapshotId=archived, TemporaryRestoreDays=3)
    control.advance(HOUR)
    for days in (10, 1):
        ec2.restore_snapshot_tier(SnapshotId=archived, TemporaryRestoreDays=days)
        left = described(ec2, archived)["RestoreExpiryTime"] - control.now()
        assert timedelta(days=days) - HOUR < left <= timedelta(days=days)


def test_a_restore_for_good_ends_in_the_standard_tier(ec2: Any, control: AwsControl, archived: str) -> None:
    answer = ec2.restore_snapshot_tier(SnapshotId=archived, PermanentRestore=True)
    assert answer["IsPermanentRestore"] is True
    control.advance(HOUR)
    found = status(ec2, archived)
    assert (found["StorageTier"], found["LastTieringOperationStatus"]) == (
        "standard",
        "permanent-restore-completed",
    )
    assert ec2.create_volume(SnapshotId=archived, **WHERE)["SnapshotId"] == archived


def test_one_that_is_back_can_stay_for_good(ec2: Any, control: AwsControl, archived: str) -> None:
    ec2.restore_snapshot_tier(SnapshotId=archived, TemporaryRestoreDays=1)
    control.advance(HOUR)
    ec2.restore_snapshot_tier(SnapshotId=archived, PermanentRestore=True)
    control.advance(timedelta(days=3))
    shown = described(ec2, archived)
    assert shown["StorageTier"] == "standard" and "RestoreExpiryTime" not in shown


def test_only_completed_snapshots_that_do_not_move_are_moved(
    ec2: Any, control: AwsControl, volume: str, snapshot: str
) -> None:
    control.settings(snapshot_seconds=None)
    pending = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=pending)[0] == "IncorrectState"
    control.settle_snapshot(pending)
    assert refusal(ec2.restore_snapshot_tier, SnapshotId=snapshot)[0] == "IncorrectState"

    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=snapshot)[0] == "IncorrectState"
    assert refusal(ec2.restore_snapshot_tier, SnapshotId=snapshot)[0] == "IncorrectState"
    control.advance(HOUR)
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=snapshot)[0] == "IncorrectState"

    ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=1)
    assert refusal(ec2.restore_snapshot_tier, SnapshotId=snapshot)[0] == "IncorrectState"
    for days in (0, 181):
        call = {"SnapshotId": snapshot, "TemporaryRestoreDays": days}
        assert refusal(ec2.restore_snapshot_tier, **call)[0] == "InvalidParameterValue"
    assert refusal(ec2.modify_snapshot_tier, SnapshotId="snap-1")[0] == "InvalidSnapshot.NotFound"


def test_a_snapshot_behind_an_ami_is_not_archived(ec2: Any, snapshot: str) -> None:
    device = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}
    ec2.register_image(Name=f"of {snapshot}", BlockDeviceMappings=[device])
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=snapshot)[0] == "InvalidSnapshot.InUse"


def test_as_many_moves_are_in_progress_as_ec2_allows(ec2: Any, control: AwsControl, volume: str) -> None:
    first, second = (taken(ec2, control, volume) for _ in range(2))
    control.settings(archives_in_progress=1)
    ec2.modify_snapshot_tier(SnapshotId=first)
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=second)[0] == "ResourceLimitExceeded"
    control.advance(HOUR)
    ec2.modify_snapshot_tier(SnapshotId=second)
    control.advance(HOUR)

    control.settings(tier_restores_in_progress=1)
    ec2.restore_snapshot_tier(SnapshotId=first)
    assert refusal(ec2.restore_snapshot_tier, SnapshotId=second)[0] == "ResourceLimitExceeded"
    control.advance(HOUR)
    ec2.restore_snapshot_tier(SnapshotId=second)


def test_a_volume_has_as_many_archived_snapshots_as_ec2_allows(
    ec2: Any, control: AwsControl, volume: str, snapshot: str
) -> None:
    other = ec2.create_volume(Size=1, **WHERE)["VolumeId"]
    control.settings(archives_of_a_volume=1)
    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    again = taken(ec2, control, volume)
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=again)[0] == "ResourceLimitExceeded"
    control.advance(HOUR)
    assert refusal(ec2.modify_snapshot_tier, SnapshotId=again)[0] == "ResourceLimitExceeded"
    ec2.modify_snapshot_tier(SnapshotId=taken(ec2, control, other))


def test_regions_have_limits_of_their_own(ec2: Any, osaka: Any, control: AwsControl, snapshot: str) -> None:
    control.settings(archives_in_progress=1)
    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    volume = osaka.create_volume(AvailabilityZone=f"{OSAKA}a", Size=1)["VolumeId"]
    osaka.modify_snapshot_tier(SnapshotId=taken(osaka, control, volume))


def test_a_locked_snapshot_is_archived(ec2: Any, control: AwsControl, snapshot: str) -> None:
    ec2.lock_snapshot(SnapshotId=snapshot, LockMode="governance", LockDuration=1)
    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    control.advance(HOUR)
    assert described(ec2, snapshot)["StorageTier"] == "archive"


def test_events_say_how_each_move_ended(
    ec2: Any, control: AwsControl, snapshot: str, events: Listener
) -> None:
    heard: list[dict[str, Any]] = []
    arn = f"arn:aws:ec2:{HOME}::snapshot/{snapshot}"
    for move in (
        lambda: ec2.modify_snapshot_tier(SnapshotId=snapshot),
        lambda: ec2.restore_snapshot_tier(SnapshotId=snapshot, TemporaryRestoreDays=1),
        lambda: control.advance(timedelta(days=1)),
        lambda: ec2.restore_snapshot_tier(SnapshotId=snapshot, PermanentRestore=True),
    ):
        move()
        control.advance(HOUR)
        heard += [each for each in events.heard() if each["resources"] == [arn]]  # others may go back now

    details = [each["detail"] for each in heard]
    assert [each["event"] for each in details] == [
        "archiveSnapshot",
        "temporaryRestoreSnapshot",
        "restoryExpiry",
        "permanentRestoreSnapshot",
    ]
    for event in heard:
        assert (event["source"], event["detail-type"]) == ("aws.ec2", "EBS Snapshot Notification")
        assert (event["resources"], event["detail"]["snapshot_id"]) == ([arn], arn)
        assert (event["detail"]["result"], event["detail"]["cause"]) == ("succeeded", "")
        assert "source" not in event["detail"]
    assert ["restoreExpiryTime" in each for each in details] == [False, True, False, False]


def test_a_move_that_fails_says_so_and_may_be_begun_again(
    ec2: Any, control: AwsControl, snapshot: str, events: Listener
) -> None:
    control.fail_moves(snapshot)
    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    control.advance(HOUR)

    arn = f"arn:aws:ec2:{HOME}::snapshot/{snapshot}"
    (event,) = (each for each in events.heard() if each["resources"] == [arn])  # others may go back now
    assert (event["detail"]["event"], event["detail"]["result"]) == ("archiveSnapshot", "failed")
    found = status(ec2, snapshot)
    assert (found["StorageTier"], found["LastTieringOperationStatus"]) == ("standard", "archival-failed")
    assert found["LastTieringOperationStatusDetail"] == event["detail"]["cause"]
    ec2.modify_snapshot_tier(SnapshotId=snapshot)
    control.advance(HOUR)
    assert described(ec2, snapshot)["StorageTier"] == "archive"


def test_statuses_are_found_by_operation_volume_and_tag(ec2: Any, archived: str) -> None:
    volume = described(ec2, archived)["VolumeId"]
    for wanted in (
        {"Name": "last-tiering-operation", "Values": ["archival-completed"]},
        {"Name": "tag:snapkeep:managed", "Values": ["true"]},
    ):
        filters = [{"Name": "volume-id", "Values": [volume]}, wanted]
        found = ec2.describe_snapshot_tier_status(Filters=filters)["SnapshotTierStatuses"]
        assert [each["SnapshotId"] for each in found] == [archived]
    unknown = {"Filters": [{"Name": "tier", "Values": ["x"]}]}
    assert refusal(ec2.describe_snapshot_tier_status, **unknown)[0] == "InvalidParameterValue"
