"""What is published about copies; docs/events.md shows the events themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from snapkeep.adapters.aws.copy_events import CopyAnnouncer
from snapkeep.domain.copies.records import CopyRecord
from tests.unit.snapkeep.adapters.aws.event_bus import Bus, metrics

RECORD = CopyRecord(
    place="osaka",
    cluster="myeks",
    point_id="data-1",
    source="snap-0a",
    region="ap-northeast-3",
    namespace="shop",
    claim="data",
    policy="nightly",
    rule="nightly",
    taken=datetime(2026, 11, 24, 18, tzinfo=UTC),
    snapshot_id="snap-0b",
)


@pytest.fixture
def bus() -> Bus:
    return Bus()


def news(bus: Bus) -> CopyAnnouncer:
    return CopyAnnouncer(cast(Any, bus), "default")


def values(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What was counted, by metric."""
    return {name: each["value"] for name, each in metrics(capsys.readouterr().out).items()}


def test_a_ready_copy_is_published_and_counted(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    news(bus).copy_ready(RECORD)
    (entry,) = bus.entries
    assert entry["DetailType"] == "Snapkeep Copy Ready"
    assert json.loads(entry["Detail"])["text"].startswith(
        "snap-0b in osaka holds shop/data of myeks, taken 2026"
    )
    assert values(capsys) == {"CopiesReady": [1]}


def test_a_copy_without_its_lock_is_counted_and_says_why(
    bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    news(bus).copy_ready(replace(RECORD, lock_reason="not locked, so it can be deleted: no"))
    (entry,) = bus.entries
    assert json.loads(entry["Detail"])["not_locked"] == "not locked, so it can be deleted: no"
    assert values(capsys) == {"CopiesReady": [1], "PointsNotLocked": [1]}


def test_failures_and_ages_are_only_counted(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    news(bus).copy_failed(RECORD)
    news(bus).copy_age("myeks", "nightly", "osaka", timedelta(hours=2))
    news(bus).copies_late("myeks", "osaka", 3)
    assert bus.entries == []
    found = metrics(capsys.readouterr().out)
    counted = {name: (each["value"], each["dimensions"]["place"]) for name, each in found.items()}
    assert counted == {
        "CopiesFailed": ([1], "osaka"),
        "CopyAgeSeconds": ([7200], "osaka"),
        "CopiesLate": ([3], "osaka"),
    }
