"""Events stay within what EventBridge takes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from snapkeep.adapters.aws.events import MOST_BYTES, EventAnnouncer, bounded
from snapkeep.domain.backup.runs import RunState
from tests.unit.snapkeep.adapters.aws.event_bus import a_closed_run, failed_points


def test_an_event_stays_within_what_eventbridge_takes(bus: Any) -> None:
    points = [replace(point, reason="x" * 1000) for point in failed_points(1000)]
    run = a_closed_run(RunState.FAILED, total=1000, failed=1000)
    EventAnnouncer(bus, "default").run_closed(run, points, {})
    ((_, detail),) = bus.details()
    assert detail["failed"] == 1000
    assert len(detail["failures"]) == 50
    assert len(bus.entries[0]["Detail"].encode()) < 256 * 1024


def test_a_run_of_thousands_of_groups_is_announced_within_what_eventbridge_takes(bus: Any) -> None:
    groups = {f"namespace-{n}/a-group-with-a-long-name-{n}": 0.5 for n in range(9000)}
    run = a_closed_run(RunState.FAILED, total=9000, failed=9000, degraded="x" * 300_000)
    EventAnnouncer(bus, "default").run_closed(run, failed_points(60), groups)
    ((_, detail),) = bus.details()
    assert len(bus.entries[0]["Detail"].encode()) <= MOST_BYTES
    assert (detail["failed"], len(detail["failures"])) == (9000, 50)
    assert 0 < len(detail["groups"]) < 9000
    assert detail["cut"] == {"groups": 9000, "degraded": 300_000}


@pytest.mark.parametrize("name", ["\u2603", "\U0001f433", "<&>", "x"])
def test_whatever_an_event_holds_it_ends_within_the_limit(name: str) -> None:
    for detail in (
        {"a": name * 1_000_000},
        {"a": [name * 300_000]},
        {"a": {name: name * 300_000}, "b": 1, "c": None},
    ):
        text = bounded(detail)
        assert len(text.encode()) <= MOST_BYTES and json.loads(text)["cut"]


def test_what_fits_is_not_cut() -> None:
    assert json.loads(bounded({"a": ["x"] * 1000})) == {"a": ["x"] * 1000}
