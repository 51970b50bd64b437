"""Events of copies that ended, in all their shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep.inbound.copies import CopyEnded, copy_ended
from snapkeep.inbound.errors import MalformedMessage

ARNS = [
    "arn:aws:ec2::us-west-2:snapshot/snap-01234567",
    "arn:aws:ec2:us-west-2::snapshot/snap-01234567",
    "arn:aws:ec2:us-west-2:111122223333:snapshot/snap-01234567",
]


def an_event(detail: Any = None, **changes: Any) -> str:
    event = {
        "source": "aws.ec2",
        "detail-type": "EBS Snapshot Notification",
        "account": "111122223333",
        "region": "us-west-2",
        "detail": {"event": "copySnapshot", "snapshot_id": ARNS[0], "incremental": "true"},
    }
    return json.dumps({**event, **changes} | ({"detail": detail} if detail is not None else {}))


@pytest.mark.parametrize("arn", ARNS)
@pytest.mark.parametrize(
    ("said", "incremental"),
    [
        ({"incremental": "true"}, True),
        ({"incremental": "false"}, False),
        ({"Incremental": "True"}, True),
        ({"incremental": True}, True),
        ({}, None),
        ({"incremental": "maybe"}, None),
    ],
)
def test_a_copy_is_read_from_any_shape(arn: str, said: dict[str, Any], incremental: bool | None) -> None:
    body = an_event({"event": "copySnapshot", "snapshot_id": arn, **said})
    assert copy_ended(body) == CopyEnded("111122223333", "us-west-2", "snap-01234567", incremental)


@pytest.mark.parametrize("kind", ["createSnapshot", "shareSnapshot", None])
def test_other_news_of_snapshots_is_left(kind: str | None) -> None:
    assert copy_ended(an_event({"event": kind, "snapshot_id": ARNS[0]})) is None


def test_what_others_put_on_the_bus_is_left() -> None:
    assert copy_ended(an_event(source="my.app")) is None


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        "{}",
        an_event("text"),
        an_event({"event": "copySnapshot"}),
        an_event({"event": "copySnapshot", "snapshot_id": "vol-1"}),
        an_event({"event": "copySnapshot", "snapshot_id": ["snap-1"]}),
        an_event(account=""),
        an_event(region=None),
        an_event(region=5),
    ],
)
def test_what_names_no_copy_is_malformed(body: str) -> None:
    with pytest.raises(MalformedMessage):
        copy_ended(body)
