"""EventBridge events: those we know in all their shapes, the others as a quiet nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from snapkeep.domain.messages import SnapshotsFinished
from snapkeep.inbound.errors import MalformedMessage
from snapkeep.inbound.events import parse, parse_body

SNAPSHOT = "EBS Snapshot Notification"
GROUP = "EBS Multi-Volume Snapshots Completion Status"


def an_event(detail_type: str = SNAPSHOT, source: str = "aws.ec2", **detail: Any) -> dict[str, Any]:
    return {"version": "0", "source": source, "detail-type": detail_type, "detail": detail}


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:ec2::us-west-2:snapshot/snap-01234567",
        "arn:aws:ec2:us-west-2::snapshot/snap-01234567",
        "snap-01234567",
    ],
)
def test_the_snapshot_is_read_from_either_shape_of_its_arn(arn: str) -> None:
    event = an_event(event="createSnapshot", result="succeeded", snapshot_id=arn)
    assert parse(event) == SnapshotsFinished(("snap-01234567",))


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-11-24T18:00:05Z", datetime(2026, 11, 24, 18, 0, 5, tzinfo=UTC)),
        ("2026-11-24T18:00:05", None),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_when_it_ended_is_told_as_far_as_the_event_says_it(time: object, at: datetime | None) -> None:
    members = [{"snapshot_id": "snap-1"}]
    for event in (
        an_event(event="createSnapshot", snapshot_id="snap-1"),
        an_event(GROUP, event="createSnapshots", snapshots=members),
    ):
        assert parse({**event, "time": time}) == SnapshotsFinished(("snap-1",), at)


def test_a_failed_snapshot_has_ended_as_well() -> None:
    event = an_event(event="createSnapshot", result="failed", snapshot_id="snap-1")
    assert parse(event) == SnapshotsFinished(("snap-1",))


@pytest.mark.parametrize("kind", ["copySnapshot", "shareSnapshot", "lockSnapshot", "archiveSnapshot"])
def test_other_news_of_snapshots_do_not_concern_us(kind: str) -> None:
    assert parse(an_event(event=kind, snapshot_id="snap-1")) is None


def test_all_snapshots_of_a_group_are_named() -> None:
    members = [
        {"snapshot_id": f"arn:aws:ec2::us-east-1:snapshot/snap-{number}", "status": "completed"}
        for number in (1, 2)
    ]
    event = an_event(GROUP, event="createSnapshots", result="succeeded", snapshots=members)
    assert parse(event) == SnapshotsFinished(("snap-1", "snap-2"))


@pytest.mark.parametrize(
    ("source", "detail_type"),
    [
        ("aws.ec2", "EBS Volume Notification"),
        ("aws.ec2", "ebs snapshot notification"),
        ("my.app", SNAPSHOT),
        ("aws.health", "AWS Health Event"),
    ],
)
def test_an_event_of_another_kind_is_nothing(source: str, detail_type: str) -> None:
    assert parse(an_event(detail_type, source, event="createSnapshot", snapshot_id="snap-1")) is None


@pytest.mark.parametrize(
    "event",
    [
        an_event(event="createSnapshot"),
        an_event(event="createSnapshot", snapshot_id="arn:aws:ec2:us-west-2:1:volume/vol-1"),
        an_event(GROUP, event="createSnapshots"),
        an_event(GROUP, event="createSnapshots", snapshots=[]),
        an_event(GROUP, event="createSnapshots", snapshots=["snap-1"]),
        an_event(GROUP, event="createSnapshots", snapshots=[{"source": "vol-1"}]),
        an_event() | {"detail": "createSnapshot"},
    ],
)
def test_an_event_that_lacks_its_snapshot_is_malformed(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        parse(event)


def test_an_event_may_come_as_the_body_of_a_queue_message() -> None:
    body = json.dumps(an_event(event="createSnapshot", snapshot_id="snap-1"))
    assert parse_body(body) == SnapshotsFinished(("snap-1",))


@pytest.mark.parametrize("body", ["", "not json", "[]", "17", '"text"'])
def test_a_body_that_is_no_event_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessage, match="the body is no"):
        parse_body(body)
