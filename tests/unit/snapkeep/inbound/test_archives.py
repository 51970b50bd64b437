"""EC2's events about the archive tier become the id of a snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snapkeep.inbound.archives import archived_snapshot
from snapkeep.inbound.errors import MalformedMessage

EVENTS = Path(__file__).parents[4] / "events/archive_points"


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", ["archived", "failed"])
def test_the_end_of_a_move_names_its_snapshot(name: str) -> None:
    assert archived_snapshot(sample(name)) == "snap-01234567890abcdef"


@pytest.mark.parametrize("arn", ["arn:aws:ec2::eu-west-1:snapshot/snap-1", "snap-1"])
def test_the_arn_has_several_forms(arn: str) -> None:
    event = sample("archived")
    event["detail"]["snapshot_id"] = arn
    assert archived_snapshot(event) == "snap-1"


def test_the_input_of_the_schedule_names_none() -> None:
    assert archived_snapshot(sample("tick")) is None


@pytest.mark.parametrize(
    "change",
    [{"source": "snapkeep"}, {"detail-type": "other"}, {"detail": "text"}, {"detail": {}}],
)
def test_other_events_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        archived_snapshot(sample("archived") | change)


def test_an_event_without_a_snapshot_and_one_of_a_return_are_refused() -> None:
    nameless = sample("archived")
    nameless["detail"]["snapshot_id"] = "arn:aws:ec2:eu-west-1::volume/vol-1"
    for event in (nameless, sample("brought_back")):
        with pytest.raises(MalformedMessage):
            archived_snapshot(event)
