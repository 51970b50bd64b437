"""The EBS direct APIs list and read the blocks of snapshots as AWS does."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.launch import Sandbox

from .regions import HOME, OSAKA

Take = Callable[[Mapping[int, bytes]], str]
BLOCK = 512 * 1024


@pytest.fixture
def ebs(sandbox: Sandbox) -> Any:
    return sandbox.client("ebs")


@pytest.fixture
def take(ec2: Any, control: AwsControl, volume: str, tmp_path: Path) -> Take:
    """Write blocks on the volume, and snapshot it."""

    def taken(blocks: Mapping[int, bytes]) -> str:
        with (tmp_path / "image").open("wb") as image:
            image.truncate(20 << 30)
            for index, data in blocks.items():
                image.seek(index * BLOCK)
                image.write(data)
        control.write_image(volume, tmp_path / "image")
        made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
        control.settle_snapshot(made)
        return made

    return taken


def reason(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]["Code"], str(refused.value.response.get("Reason", ""))


def indexes(answer: Mapping[str, Any]) -> list[int]:
    return [each["BlockIndex"] for each in answer.get("Blocks", answer.get("ChangedBlocks"))]


def token_of(ebs: Any, snapshot: str, index: int) -> str:
    found = ebs.list_snapshot_blocks(SnapshotId=snapshot, StartingBlockIndex=index)["Blocks"]
    return str(next(each["BlockToken"] for each in found if each["BlockIndex"] == index))


def test_only_written_blocks_are_listed_and_each_is_read_whole(ebs: Any, take: Take) -> None:
    snapshot = take({7: b"seven", 3: b"three"})

    listed = ebs.list_snapshot_blocks(SnapshotId=snapshot)
    read = ebs.get_snapshot_block(
        SnapshotId=snapshot, BlockIndex=3, BlockToken=listed["Blocks"][0]["BlockToken"]
    )
    data = read["BlockData"].read()

    assert indexes(listed) == [3, 7]
    assert (listed["VolumeSize"], listed["BlockSize"]) == (20, BLOCK)
    assert data == b"three".ljust(BLOCK, b"\0")
    assert (read["DataLength"], read["ChecksumAlgorithm"]) == (BLOCK, "SHA256")
    assert read["Checksum"] == base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_pages_are_short_or_empty_where_few_blocks_are_written(
    ebs: Any, control: AwsControl, take: Take
) -> None:
    control.settings(blocks_looked_at=10_000)
    snapshot = take(dict.fromkeys((*range(150), 25000), b"x"))

    first = ebs.list_snapshot_blocks(SnapshotId=snapshot, MaxResults=100)
    pages, answer = [], first
    while token := answer.get("NextToken"):
        answer = ebs.list_snapshot_blocks(
            SnapshotId=snapshot, MaxResults=100, NextToken=token, StartingBlockIndex=3
        )
        pages.append(indexes(answer))

    assert indexes(first) == list(range(100))
    assert pages == [list(range(100, 150)), [], [25_000], [], []]
    assert indexes(ebs.list_snapshot_blocks(SnapshotId=snapshot, StartingBlockIndex=149)) == [149]


def test_changed_blocks_are_those_that_differ_with_the_tokens_of_each_side(ebs: Any, take: Take) -> None:
    before = take({1: b"same", 2: b"old", 3: b"gone"})
    after = take({1: b"same", 2: b"new", 4: b"added"})

    changed = ebs.list_changed_blocks(FirstSnapshotId=before, SecondSnapshotId=after)
    tokens = {each["BlockIndex"]: {*each} - {"BlockIndex"} for each in changed["ChangedBlocks"]}
    second = changed["ChangedBlocks"][0]["SecondBlockToken"]

    assert tokens == {
        2: {"FirstBlockToken", "SecondBlockToken"},
        3: {"FirstBlockToken"},
        4: {"SecondBlockToken"},
    }
    read = ebs.get_snapshot_block(SnapshotId=after, BlockIndex=2, BlockToken=second)["BlockData"].read()
    assert read.rstrip(b"\0") == b"new"
    assert indexes(ebs.list_changed_blocks(SecondSnapshotId=after)) == [1, 2, 4]


def test_snapshots_of_two_volumes_are_unrelated(ebs: Any, ec2: Any, control: AwsControl, take: Take) -> None:
    one, another = take({}), ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=20)["VolumeId"]
    other = ec2.create_snapshot(VolumeId=another)["SnapshotId"]
    control.settle_snapshot(other)

    refused = reason(ebs.list_changed_blocks, FirstSnapshotId=other, SecondSnapshotId=one)

    assert refused == ("ValidationException", "UNRELATED_SNAPSHOTS")


def test_a_token_is_good_for_one_block_and_for_a_week(ebs: Any, control: AwsControl, take: Take) -> None:
    snapshot, other = take({1: b"x", 2: b"y"}), take({1: b"x"})
    token = token_of(ebs, snapshot, 1)
    expired = ("ValidationException", "INVALID_BLOCK_TOKEN")

    for name, index in ((snapshot, 2), (other, 1), (snapshot, 3)):
        assert reason(ebs.get_snapshot_block, SnapshotId=name, BlockIndex=index, BlockToken=token) == expired
    outside = reason(ebs.get_snapshot_block, SnapshotId=snapshot, BlockIndex=40_960, BlockToken=token)
    assert outside == ("ValidationException", "INVALID_BLOCK")
    control.advance(timedelta(days=6, hours=23))
    ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=1, BlockToken=token)
    control.advance(timedelta(hours=2))
    assert reason(ebs.get_snapshot_block, SnapshotId=snapshot, BlockIndex=1, BlockToken=token) == expired


def test_a_next_token_is_good_for_its_listing_and_for_an_hour(
    ebs: Any, control: AwsControl, take: Take
) -> None:
    control.settings(blocks_looked_at=30_000)
    snapshot, other = take({1: b"x"}), take({1: b"x"})
    token = ebs.list_snapshot_blocks(SnapshotId=snapshot)["NextToken"]
    refused = ("ValidationException", "INVALID_PAGE_TOKEN")

    assert reason(ebs.list_snapshot_blocks, SnapshotId=other, NextToken=token) == refused
    changed = reason(
        ebs.list_changed_blocks, FirstSnapshotId=other, SecondSnapshotId=snapshot, NextToken=token
    )
    assert changed == refused
    control.advance(timedelta(minutes=61))
    assert reason(ebs.list_snapshot_blocks, SnapshotId=snapshot, NextToken=token) == refused


def test_a_page_has_at_most_ten_thousand_blocks(ebs: Any, take: Take) -> None:
    refused = reason(ebs.list_snapshot_blocks, SnapshotId=take({}), MaxResults=10_001)

    assert refused == ("ValidationException", "INVALID_PARAMETER_VALUE")


def test_only_completed_snapshots_of_the_standard_tier_are_read(
    sandbox: Sandbox, ebs: Any, ec2: Any, control: AwsControl, volume: str, take: Take
) -> None:
    gone = ("ResourceNotFoundException", "SNAPSHOT_NOT_FOUND")
    control.settings(snapshot_seconds=None)
    pending = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    archived, mine = take({1: b"x"}), take({1: b"x"})
    control.settings(archive_seconds=0)
    ec2.modify_snapshot_tier(SnapshotId=archived, StorageTier="archive")

    for name in (pending, archived, "snap-0123456789abcdef0"):
        assert reason(ebs.list_snapshot_blocks, SnapshotId=name) == gone
    elsewhere, foreign = sandbox.client("ebs", OSAKA), sandbox.client("ebs", account="222233334444")
    assert reason(elsewhere.list_snapshot_blocks, SnapshotId=mine) == gone
    assert reason(foreign.list_snapshot_blocks, SnapshotId=mine) == gone
    malformed = reason(ebs.list_snapshot_blocks, SnapshotId="snap-x")
    assert malformed == ("ValidationException", "INVALID_SNAPSHOT_ID")
    control.settle_snapshot(pending)


def test_a_shared_snapshot_is_read_and_a_public_one_is_not(sandbox: Sandbox, ec2: Any, take: Take) -> None:
    shared, public, receiver = take({1: b"x"}), take({1: b"x"}), "222233334444"
    change = {"Attribute": "createVolumePermission", "OperationType": "add"}
    ec2.modify_snapshot_attribute(SnapshotId=shared, UserIds=[receiver], **change)
    ec2.modify_snapshot_attribute(SnapshotId=public, GroupNames=["all"], **change)
    ebs = sandbox.client("ebs", account=receiver)

    assert indexes(ebs.list_snapshot_blocks(SnapshotId=shared)) == [1]
    assert reason(ebs.list_snapshot_blocks, SnapshotId=public)[0] == "ResourceNotFoundException"


def test_a_snapshot_keeps_what_its_volume_held_and_a_copy_holds_it_too(
    sandbox: Sandbox, osaka: Any, control: AwsControl, volume: str, take: Take
) -> None:
    first = take({1: b"first"})
    take({2: b"second"})
    copied = osaka.copy_snapshot(SourceRegion=HOME, SourceSnapshotId=first)["SnapshotId"]
    control.settle_snapshot(copied)

    assert indexes(sandbox.client("ebs", OSAKA).list_snapshot_blocks(SnapshotId=copied)) == [1]


def test_a_text_is_the_first_block_of_a_volume(ebs: Any, ec2: Any, control: AwsControl, volume: str) -> None:
    control.write_volume(volume, "a post")
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    control.settle_snapshot(snapshot)

    answer = ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=0, BlockToken=token_of(ebs, snapshot, 0))

    assert answer["BlockData"].read().rstrip(b"\0") == b"a post"


def test_an_image_that_does_not_fit_is_refused(control: AwsControl, volume: str, tmp_path: Path) -> None:
    with (tmp_path / "image").open("wb") as image:
        image.truncate((20 << 30) + 1)

    with pytest.raises(ControlError, match="more than the 20 GiB"):
        control.write_image(volume, tmp_path / "image")
    with pytest.raises(ControlError, match="no image"):
        control.write_image(volume, tmp_path / "nothing")


def test_calls_beyond_the_rate_are_throttled_until_a_second_has_passed(
    sandbox: Sandbox, control: AwsControl, take: Take
) -> None:
    snapshot = take({1: b"x"})
    hasty = sandbox.client("ebs")
    control.settings(block_lists_per_second=0)

    refused = reason(hasty.list_snapshot_blocks, SnapshotId=snapshot)
    assert refused == ("RequestThrottledException", "ACCOUNT_THROTTLED")
    control.settings(block_lists_per_second=1)
    control.advance(timedelta(seconds=2))
    assert indexes(hasty.list_snapshot_blocks(SnapshotId=snapshot)) == [1]


def test_calls_are_counted_and_fail_as_asked(ebs: Any, control: AwsControl, take: Take) -> None:
    snapshot = take({1: b"x"})
    token = token_of(ebs, snapshot, 1)
    control.forget_calls()
    control.fail_call("ebs:GetSnapshotBlock", "AccessDeniedException", status=403)

    refused = reason(ebs.get_snapshot_block, SnapshotId=snapshot, BlockIndex=1, BlockToken=token)
    ebs.get_snapshot_block(SnapshotId=snapshot, BlockIndex=1, BlockToken=token)

    assert refused == ("AccessDeniedException", "")
    assert control.calls() == {"ebs:GetSnapshotBlock": 2}
