"""What moto does not do as EC2 does: pages, throttles, refused groups, lost answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from snapkeep.adapters.aws.ec2 import Ec2Snapshots
from snapkeep.adapters.aws.session import CREATES
from snapkeep.domain.errors import (
    Forbidden,
    GroupRefused,
    NotFound,
    PermanentError,
    SnapkeepError,
    TemporaryError,
    Throttled,
)
from snapkeep.domain.points import SnapshotState

TAGS = {"snapkeep:run": "myeks.daily.20261124T180000Z"}
STARTED = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "ec2", region_name="ap-northeast-2", aws_access_key_id="a", aws_secret_access_key="b", config=CREATES
    )


@pytest.fixture
def ec2(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def snapshots(client: Any, ec2: Stubber) -> Ec2Snapshots:
    return Ec2Snapshots(client, client)


def described(number: int, **changes: Any) -> dict[str, Any]:
    """A snapshot as EC2 describes it."""
    return {
        "SnapshotId": f"snap-{number}",
        "VolumeId": f"vol-{number}",
        "State": "pending",
        "StartTime": STARTED,
        "VolumeSize": 4,
        "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()],
    } | changes


def request(filters: list[dict[str, Any]], token: str = "") -> dict[str, Any]:
    given = {"OwnerIds": ["self"], "Filters": filters, "MaxResults": 1000}
    return given | ({"NextToken": token} if token else {})


BY_RUN = {"Name": "tag:snapkeep:run", "Values": ["myeks.daily.20261124T180000Z"]}


def test_snapshots_are_listed_page_by_page_and_only_our_own(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    first = {"Snapshots": [described(1), described(2)], "NextToken": "more"}
    ec2.add_response("describe_snapshots", first, request([BY_RUN]))
    ec2.add_response("describe_snapshots", {"Snapshots": [described(3)]}, request([BY_RUN], "more"))
    assert [found.id for found in snapshots.find(TAGS)] == ["snap-1", "snap-2", "snap-3"]


def test_a_throttle_on_the_second_page_is_not_the_end_of_the_list(
    ec2: Stubber, snapshots: Ec2Snapshots
) -> None:
    ec2.add_response("describe_snapshots", {"Snapshots": [described(1)], "NextToken": "more"})
    ec2.add_client_error("describe_snapshots", "RequestLimitExceeded", "Request limit exceeded.", 503)
    with pytest.raises(TemporaryError, match="RequestLimitExceeded"):
        list(snapshots.find(TAGS))


def test_more_volumes_than_a_filter_holds_are_asked_in_turns(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    volumes = [f"vol-{number}" for number in range(201)]
    for some in (volumes[:200], volumes[200:]):
        filters = [BY_RUN, {"Name": "volume-id", "Values": some}]
        ec2.add_response("describe_snapshots", {"Snapshots": []}, request(filters))
    assert list(snapshots.find(TAGS, volumes)) == []


def test_a_state_is_asked_of_ec2(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    filters = [BY_RUN, {"Name": "status", "Values": ["pending"]}]
    ec2.add_response("describe_snapshots", {"Snapshots": [described(1)]}, request(filters))
    (found,) = snapshots.find(TAGS, state=SnapshotState.PENDING)
    assert found.state is SnapshotState.PENDING


UNTIL = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "archived", "until"),
    [
        ({}, False, None),
        ({"StorageTier": "standard"}, False, None),
        ({"StorageTier": "archive"}, True, None),
        ({"StorageTier": "archive", "RestoreExpiryTime": UNTIL}, False, UNTIL),
        ({"StorageTier": "standard", "RestoreExpiryTime": UNTIL}, False, UNTIL),
    ],
)
def test_the_storage_tier_is_read_with_the_end_of_a_restore_for_a_time(
    ec2: Stubber, snapshots: Ec2Snapshots, shown: dict[str, Any], archived: bool, until: datetime | None
) -> None:
    ec2.add_response("describe_snapshots", {"Snapshots": [described(1, **shown)]})
    found = snapshots.get("snap-1")
    assert found is not None
    assert (found.archived, found.back_to_archive_at) == (archived, until)


def test_the_reason_of_a_broken_snapshot_is_kept(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    broken = described(1, State="error", StateMessage="Given key ID is not accessible")
    ec2.add_response("describe_snapshots", {"Snapshots": [broken]})
    found = snapshots.get("snap-1")
    assert found is not None
    assert (found.state, found.state_message) == (SnapshotState.ERROR, "Given key ID is not accessible")


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("RequestLimitExceeded", 5),
        ("SnapshotCreationPerVolumeRateExceeded", 15),
        ("ConcurrentSnapshotLimitExceeded", 60),
        ("PendingSnapshotLimitExceeded", 60),
    ],
)
def test_a_refusal_for_now_says_that_nothing_was_created_and_how_long_to_wait(
    ec2: Stubber, snapshots: Ec2Snapshots, code: str, seconds: int
) -> None:
    ec2.add_client_error("create_snapshot", code, "Slow down", 503)
    with pytest.raises(Throttled, match=code) as caught:
        snapshots.create("vol-1", TAGS, "")
    assert caught.value.delay == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("InvalidVolume.NotFound", 400, NotFound),
        ("UnauthorizedOperation", 403, Forbidden),
        ("SnapshotLimitExceeded", 400, PermanentError),
        ("InternalError", 500, TemporaryError),
        ("Unavailable", 503, TemporaryError),
        ("ExpiredToken", 400, TemporaryError),
    ],
)
def test_a_failed_create_names_the_volume_and_whether_to_try_again(
    ec2: Stubber, snapshots: Ec2Snapshots, code: str, status: int, error: type[SnapkeepError]
) -> None:
    ec2.add_client_error("create_snapshot", code, "no", status)
    with pytest.raises(error, match="vol-1") as caught:
        snapshots.create("vol-1", TAGS, "")
    assert type(caught.value) is error


class Broken:
    """An EC2 client whose connection breaks."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0

    def create_snapshot(self, **_: Any) -> None:
        self.calls += 1
        raise self.error


def test_a_lost_answer_leaves_open_whether_there_is_a_snapshot() -> None:
    broken: Any = Broken(ReadTimeoutError(endpoint_url="https://ec2.example"))
    with pytest.raises(TemporaryError, match="no answer") as caught:
        Ec2Snapshots(broken, broken).create("vol-1", TAGS, "")
    assert not isinstance(caught.value, Throttled)


def test_an_ec2_that_was_never_reached_certainly_created_nothing() -> None:
    broken: Any = Broken(ConnectTimeoutError(endpoint_url="https://ec2.example"))
    with pytest.raises(Throttled, match="could not be reached"):
        Ec2Snapshots(broken, broken).create("vol-1", TAGS, "")


def test_botocore_does_not_repeat_a_create_by_itself(client: Any) -> None:
    attempts = []

    def answer(**_: Any) -> Any:
        attempts.append(1)
        raise ReadTimeoutError(endpoint_url="https://ec2.example")

    client.meta.events.register("before-send.ec2.CreateSnapshot", answer)
    with pytest.raises(TemporaryError):
        Ec2Snapshots(client, client).create("vol-1", TAGS, "")
    assert len(attempts) == 1


def test_a_create_carries_tags_and_a_description_that_fits(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    expected = {
        "VolumeId": "vol-1",
        "Description": "x" * 255,
        "TagSpecifications": [
            {
                "ResourceType": "snapshot",
                "Tags": [{"Key": "snapkeep:run", "Value": "myeks.daily.20261124T180000Z"}],
            }
        ],
    }
    ec2.add_response("create_snapshot", described(1), expected)
    assert snapshots.create("vol-1", TAGS, "x" * 400).id == "snap-1"


def test_a_group_leaves_out_the_boot_volume_and_what_is_foreign(
    ec2: Stubber, snapshots: Ec2Snapshots
) -> None:
    expected = {
        "InstanceSpecification": {
            "InstanceId": "i-1",
            "ExcludeBootVolume": True,
            "ExcludeDataVolumeIds": ["vol-9"],
        },
        "Description": "group",
        "TagSpecifications": ANY,
    }
    answer = {"Snapshots": [described(1), described(2)]}
    ec2.add_response("create_snapshots", answer, expected)
    made = snapshots.create_group("i-1", ["vol-9"], TAGS, "group")
    assert [item.volume_id for item in made] == ["vol-1", "vol-2"]
    assert {item.started_at for item in made} == {STARTED}


@pytest.mark.parametrize(
    "code", ["InvalidInstanceID.NotFound", "InvalidParameterValue", "UnsupportedOperation"]
)
def test_a_group_that_ec2_will_not_take_is_refused_with_the_reason(
    ec2: Stubber, snapshots: Ec2Snapshots, code: str
) -> None:
    ec2.add_client_error("create_snapshots", code, "not on Outposts")
    with pytest.raises(GroupRefused, match=f"i-1: {code}: not on Outposts"):
        snapshots.create_group("i-1", [], TAGS, "")


def test_a_throttled_group_is_not_refused(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    ec2.add_client_error("create_snapshots", "PendingSnapshotLimitExceeded", "100 pending")
    with pytest.raises(Throttled):
        snapshots.create_group("i-1", [], TAGS, "")


def test_a_snapshot_that_backs_an_image_is_not_deleted(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    ec2.add_client_error("delete_snapshot", "InvalidSnapshot.InUse", "in use by ami-1")
    with pytest.raises(PermanentError, match=r"delete snap-1: InvalidSnapshot\.InUse: in use by ami-1"):
        snapshots.delete("snap-1")


def test_the_words_of_aws_are_cut(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    ec2.add_client_error("delete_snapshot", "UnauthorizedOperation", "Encoded message: " + "x" * 5000)
    with pytest.raises(PermanentError) as caught:
        snapshots.delete("snap-1")
    assert len(caught.value.reason) < 300


@pytest.mark.parametrize(("listed", "found"), [([{"SnapshotId": "snap-1"}], True), ([], False)])
def test_the_recycle_bin_is_looked_into_by_id(
    ec2: Stubber, snapshots: Ec2Snapshots, listed: list[dict[str, str]], found: bool
) -> None:
    asked = {"SnapshotIds": ["snap-1"]}
    ec2.add_response("list_snapshots_in_recycle_bin", {"Snapshots": listed}, asked)
    assert snapshots.in_bin("snap-1") is found


def test_a_snapshot_the_bin_does_not_know_is_not_in_it(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    ec2.add_client_error("list_snapshots_in_recycle_bin", "InvalidSnapshotID.NotFound", "no such snapshot")
    assert snapshots.in_bin("snap-1") is False


def test_the_key_of_an_encrypted_snapshot_is_told(ec2: Stubber, snapshots: Ec2Snapshots) -> None:
    secret = described(1, Encrypted=True, KmsKeyId="arn:aws:kms:key/1")
    ec2.add_response("describe_snapshots", {"Snapshots": [secret]})
    found = snapshots.get("snap-1")
    assert found is not None and found.key == "arn:aws:kms:key/1"
