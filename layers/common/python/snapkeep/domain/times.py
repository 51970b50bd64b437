"""Formats times: for people, in names and tags, on the wire and in items of the journal."""

from __future__ import annotations

from datetime import UTC, datetime

COMPACT = "%Y%m%dT%H%M%SZ"


def moment(time: datetime) -> str:
    """A time (aware) for people, in UTC to the minute: `2026-11-24 18:00 UTC`."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def to_second(time: datetime) -> str:
    """A time (aware) as ISO 8601 in UTC to the second: `2026-11-24T18:00:00Z`."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def precise(time: datetime) -> str:
    """A time (aware) as ISO 8601 in UTC with microseconds; sorts as time does."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def compact(time: datetime) -> str:
    """A time (aware) in UTC as names and tags can hold it, `20261124T180000Z`; sorts as time does."""
    return f"{time.astimezone(UTC):{COMPACT}}"


def read_compact(text: str) -> datetime:
    """The time that `compact` wrote. Raises ValueError for any other text."""
    return datetime.strptime(text, COMPACT).replace(tzinfo=UTC)
