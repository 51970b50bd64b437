"""EBS tells in the destination Region that a copy ended, and whether it was incremental."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .listening import Listener
from .regions import HOME, OSAKA

Copied = Callable[..., dict[str, Any]]


@pytest.fixture
def events(sandbox: Sandbox) -> Iterator[Listener]:
    """What a rule for aws.ec2 hears in the other Region."""
    with Listener(sandbox, OSAKA, "copies", {"source": ["aws.ec2"]}) as listener:
        yield listener


@pytest.fixture
def snapshots(ec2: Any, control: AwsControl, volume: str) -> list[str]:
    """Four completed snapshots of one volume, oldest first."""
    made = [str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"]) for _ in range(4)]
    for each in made:
        control.settle_snapshot(each)
    return made


@pytest.fixture
def copied(osaka: Any, control: AwsControl, events: Listener) -> Copied:
    """Copy a snapshot to the end; the answer is the event, with the copy's id as `made`."""
    control.settings(copy_seconds=None)

    def copy(source: str, region: str = HOME, **more: Any) -> dict[str, Any]:
        made = osaka.copy_snapshot(SourceRegion=region, SourceSnapshotId=source, **more)["SnapshotId"]
        control.settle_snapshot(made)
        (event,) = events.heard()
        return {**event, "made": made}

    return copy


def test_a_completed_copy_is_announced_where_it_lies(
    sandbox: Sandbox, copied: Copied, snapshots: list[str]
) -> None:
    with Listener(sandbox, HOME, "no-copies", {"source": ["aws.ec2"]}) as home:
        event = copied(snapshots[0])
        heard_at_home = home.heard()

    arn = f"arn:aws:ec2:{OSAKA}::snapshot/{event['made']}"
    detail = event["detail"]
    assert heard_at_home == []
    assert (event["source"], event["detail-type"]) == ("aws.ec2", "EBS Snapshot Notification")
    assert (event["account"], event["region"], event["resources"]) == ("111122223333", OSAKA, [arn])
    assert (detail["event"], detail["result"], detail["cause"]) == ("copySnapshot", "succeeded", "")
    assert detail["snapshot_id"] == arn
    assert detail["source"] == f"arn:aws:ec2:{HOME}::snapshot/{snapshots[0]}"
    assert (detail["incremental"], detail["transferType"]) == ("false", "standard")
    assert detail["startTime"] <= detail["endTime"]
    assert "completionDurationStartTime" not in detail


def test_a_failed_copy_is_announced_with_its_cause(
    osaka: Any, control: AwsControl, events: Listener, snapshots: list[str]
) -> None:
    control.settings(copy_seconds=None)
    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshots[0])["SnapshotId"]

    control.settle_snapshot(made, "error", "Given key ID is not accessible")

    (event,) = events.heard()
    detail = event["detail"]
    assert (detail["result"], detail["cause"]) == ("failed", "Given key ID is not accessible")
    assert not {"incremental", "transferType"} & set(detail)


def test_a_time_based_copy_says_when_its_time_began(copied: Copied, snapshots: list[str]) -> None:
    detail = copied(snapshots[0], CompletionDurationMinutes=30)["detail"]

    assert detail["transferType"] == "time-based"
    assert detail["completionDurationStartTime"] == detail["startTime"]


@pytest.mark.parametrize(
    ("shape", "form"),
    [
        ("region-then-account", "arn:aws:ec2:{}::snapshot/{}"),
        ("account-then-region", "arn:aws:ec2::{}:snapshot/{}"),
        ("region-and-account", "arn:aws:ec2:{}:111122223333:snapshot/{}"),
    ],
)
def test_arns_come_in_three_shapes(
    control: AwsControl, copied: Copied, snapshots: list[str], shape: str, form: str
) -> None:
    control.settings(snapshot_arn_shape=shape)

    event = copied(snapshots[0])

    assert event["detail"]["snapshot_id"] == form.format(OSAKA, event["made"])
    assert event["detail"]["source"] == form.format(HOME, snapshots[0])


@pytest.mark.parametrize("times", [0, 8])
def test_the_event_of_a_copy_gets_lost_or_comes_eight_times(
    osaka: Any, control: AwsControl, events: Listener, snapshots: list[str], times: int
) -> None:
    control.settings(copy_seconds=None, copy_events=times)
    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshots[0])["SnapshotId"]

    control.settle_snapshot(made)

    ids = [event["id"] for event in events.heard()]
    assert len(ids) == times
    assert len(set(ids)) == min(times, 1)


def test_a_copy_deleted_on_the_way_is_not_announced(
    osaka: Any, control: AwsControl, events: Listener, snapshots: list[str]
) -> None:
    control.settings(copy_seconds=3600)
    made = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=snapshots[0])["SnapshotId"]

    osaka.delete_snapshot(SnapshotId=made)
    control.advance(timedelta(hours=1))

    assert events.heard() == []


def test_the_second_copy_of_a_volume_moves_only_what_changed(copied: Copied, snapshots: list[str]) -> None:
    assert [copied(each)["detail"]["incremental"] for each in snapshots[:3]] == ["false", "true", "true"]


def test_without_the_newest_copy_the_next_one_is_full(
    osaka: Any, copied: Copied, snapshots: list[str]
) -> None:
    _, newest = copied(snapshots[0]), copied(snapshots[1])
    osaka.delete_snapshot(SnapshotId=newest["made"])

    assert copied(snapshots[2])["detail"]["incremental"] == "false"
    assert copied(snapshots[3])["detail"]["incremental"] == "true"


def test_an_archived_newest_copy_makes_the_next_one_full(
    osaka: Any, control: AwsControl, copied: Copied, snapshots: list[str]
) -> None:
    control.settings(archive_seconds=0, tier_events=0)
    newest = copied(snapshots[0])
    osaka.modify_snapshot_tier(SnapshotId=newest["made"], StorageTier="archive")

    assert copied(snapshots[1])["detail"]["incremental"] == "false"


def test_under_another_key_copies_are_full_while_old_ones_remain(
    sandbox: Sandbox, osaka: Any, copied: Copied, snapshots: list[str]
) -> None:
    key = sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"]
    plain = copied(snapshots[0])

    full = [copied(each, Encrypted=True, KmsKeyId=key)["detail"]["incremental"] for each in snapshots[1:3]]
    osaka.delete_snapshot(SnapshotId=plain["made"])
    after = copied(snapshots[3], Encrypted=True, KmsKeyId=key)["detail"]["incremental"]

    assert full == ["false", "false"]
    assert after == "true"


def test_within_a_region_only_another_key_makes_a_copy_full(
    sandbox: Sandbox, osaka: Any, copied: Copied, snapshots: list[str]
) -> None:
    key = sandbox.client("kms", OSAKA).create_key()["KeyMetadata"]["Arn"]
    first = copied(snapshots[0])["made"]

    same = copied(first, region=OSAKA)["detail"]["incremental"]
    other = copied(first, region=OSAKA, Encrypted=True, KmsKeyId=key)["detail"]["incremental"]

    assert (same, other) == ("true", "false")
