"""Reads golden cases and plans them.

A case has `about`, `policy`, `zone`, `now`, `points`, and the answer: `keep` (id to reasons) and `delete`
(id to reason). A point is `{time, state?, id?, protected?}` or a row `{to, every, count, state?}` back
from `to`; hours are real time. Without an id its UTC time is its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.plan import Circumstances, plan
from snapkeep.domain.retention.rules import parse_duration, parse_retention

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """One case."""
    case: dict[str, Any] = json.loads(path.read_text())
    return case


def points(case: dict[str, Any]) -> list[Candidate]:
    """Its points, in the order of the file."""
    return [point for item in case["points"] for point in _points(item)]


def answer(case: dict[str, Any], given: list[Candidate]) -> dict[str, Any]:
    """What the planner says, in the form of the file."""
    circumstances = Circumstances(
        builtin=case.get("builtin", False),
        newer_elsewhere=_time(case["newer_elsewhere"]) if "newer_elsewhere" in case else None,
        gone_since=_time(case["gone_since"]) if "gone_since" in case else None,
    )
    result = plan(
        given, parse_retention(case["policy"]), ZoneInfo(case["zone"]), _time(case["now"]), circumstances
    )
    return {
        "keep": {item.point.id: list(item.reasons) for item in result.keep},
        "delete": {item.point.id: item.reason for item in result.delete},
    }


def _points(item: dict[str, Any]) -> Iterator[Candidate]:
    state = PointState(item.get("state", "ready"))
    if "every" not in item:
        time = _time(item["time"])
        protections = tuple(Protection(**protection) for protection in item.get("protected", ()))
        yield Candidate(item.get("id", f"{time:%Y-%m-%dT%H:%M:%SZ}"), time, state, protections)
        return
    span = parse_duration(item["every"])
    for number in range(item["count"]):
        time = _time(item["to"]) - timedelta(days=span.days, hours=span.hours) * number
        yield Candidate(f"{time:%Y-%m-%dT%H:%M:%SZ}", time, state)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
