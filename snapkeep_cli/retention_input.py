"""Reads the input of `snapkeep retention explain`, or refuses it with a message (ValueError)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from snapkeep.domain.archive.rules import ArchiveAfter, parse_archive_after
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.periods import back
from snapkeep.domain.retention.rules import Duration, RetentionRules, parse_duration, parse_retention

MOST_SIMULATED = 1_000_000
YEARS = range(1970, 3000)
"""Years that leave room for any span before and after."""
LATE = "late"
STATES = (*(state.value for state in PointState if state is state.public), LATE)
"""The states users see, and `late`: pending for too long."""


def read_rules(text: str) -> RetentionRules:
    """The rules in JSON or YAML text, or in the file after an @. Raises ValueError with a message."""
    where = text if text.startswith("@") else "--retention"
    source = _read(text[1:]) if text.startswith("@") else text
    try:
        block = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{where} is neither JSON nor YAML: {_one_line(error)}") from None
    if isinstance(block, Mapping) and set(block) == {"retention"}:
        block = block["retention"]
    if not isinstance(block, Mapping) or not all(isinstance(key, str) for key in block):
        raise ValueError(f"{where} must be a mapping of rules, such as {{last: 28, daily: 14}}")
    try:
        return parse_retention(block)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def read_archive_after(text: str) -> ArchiveAfter:
    """The ages in JSON or YAML text, such as `{monthly: 30d}`; none in "". Raises ValueError."""
    if not text:
        return {}
    try:
        block = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"--archive-after is neither JSON nor YAML: {_one_line(error)}") from None
    if not isinstance(block, Mapping) or not all(isinstance(key, str) for key in block):
        raise ValueError("--archive-after must be a mapping, such as {monthly: 30d, yearly: 30d}")
    try:
        return parse_archive_after(block)
    except ValueError as error:
        raise ValueError(f"--archive-after: {error}") from None


def read_zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises ValueError with a message."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise ValueError(f"--timezone: {name!r} is not an IANA time zone such as Asia/Seoul or UTC") from None


def read_moment(text: object, where: str) -> datetime:
    """The time (UTC) in ISO 8601 text, which is UTC unless it has an offset.

    Raises ValueError with a message that begins with `where`.
    """
    wrong = f"{where}: {str(text)[:60]!r} is not an ISO 8601 time such as 2026-11-23T06:00:00Z"
    if not isinstance(text, str):
        raise ValueError(wrong)
    try:
        found = datetime.fromisoformat(text)
        moment = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(wrong) from None
    if moment.year not in YEARS:
        raise ValueError(f"{where}: the year {moment.year} is out of bounds: use 1970 to 2999")
    return moment


def read_interval(text: str) -> timedelta:
    """The interval that --every gives. Raises ValueError with a message."""
    span = _duration(text, "--every")
    if span.years or span.months:
        raise ValueError(f"--every: {text!r}: months and years differ in length; write d and h, such as 6h")
    return timedelta(days=span.days, hours=span.hours)


def read_points(path: str) -> list[Candidate]:
    """The points of a JSON file, a list of {id, time, state}; other keys are ignored.

    Raises ValueError with a message that names the point.
    """
    source = _read(path)
    try:
        items = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {_one_line(error)}") from None
    if not isinstance(items, list):
        raise ValueError(f"{path} must be a JSON list of {{id, time, state}}")
    points = [_point(item, f"{path}: point {number}") for number, item in enumerate(items, 1)]
    seen: set[str] = set()
    for point in points:
        if point.id in seen:
            raise ValueError(f"{path}: the id {point.id[:60]!r} appears twice")
        seen.add(point.id)
    return points


def simulated(every: timedelta, span: str, now: datetime) -> list[Candidate]:
    """A ready point at each interval, the newest at `now` (in the policy's zone), back over --for.

    Their times are their ids. Raises ValueError with a message.
    """
    end, start = now.astimezone(UTC), back(now, _duration(span, "--for"))
    number = -((start - end) // every)
    if number > MOST_SIMULATED:
        raise ValueError(f"--every and --for give {number:,} points; at most {MOST_SIMULATED:,} are allowed")
    times = [end - every * place for place in range(number)]
    return [Candidate(f"{time:%Y-%m-%dT%H:%M:%SZ}", time, PointState.READY) for time in times]


def _duration(text: str, where: str) -> Duration:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _point(item: Any, where: str) -> Candidate:
    if not isinstance(item, Mapping):
        raise ValueError(f"{where} must be an object with id, time and state")
    missing = [key for key in ("id", "time", "state") if key not in item]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if not isinstance(item["id"], str) or not item["id"]:
        raise ValueError(f"{where}: id must be text")
    state = item["state"]
    if state not in STATES:
        raise ValueError(f"{where}: state {str(state)[:60]!r} is not known; use {', '.join(STATES)}")
    return Candidate(
        item["id"],
        read_moment(item["time"], f"{where}: time"),
        PointState.PENDING if state == LATE else PointState(state),
        late=state == LATE,
    )


def _read(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
