"""Times as people write them, in UTC: a day, yesterday, 3h ago, 90d from now, or an exact time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from snapkeep.domain.times import to_second
from snapkeep_cli.output import fail

PAST = "write 2026-11-24, 2026-11-24T18:00:00Z, yesterday, 3h ago or 2d ago (in UTC, or with an offset)"
AHEAD = "write 2027-06-01, 2027-06-01T18:00:00Z, or 90d for 90 days from now"
FIRST, LAST = time.min, time(23, 59, 59)

_SPAN = re.compile(r"(\d{1,4}) ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)")
_UNITS = {unit[0]: timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks")}


def present() -> datetime:
    """The time of this machine, in UTC."""
    return datetime.now(UTC)


Clock = Callable[[], datetime]


def start_of(text: str, option: str, clock: Clock = present) -> str:
    """The moment as the API takes it ("" for ""); a day means its first second.

    Ends the command, and names the option, if the text is not a time.
    """
    return _read(text, option, clock, FIRST)


def end_of(text: str, option: str, clock: Clock = present) -> str:
    """As `start_of`, but a day means its last second."""
    return _read(text, option, clock, LAST)


def ahead(text: str, option: str, clock: Clock = present) -> str:
    """A future moment, or a span such as `90d` from now; a day means its last second."""
    found = _SPAN.fullmatch(_plain(text).removeprefix("in ").removesuffix(" from now"))
    if found:
        return to_second(clock() + int(found[1]) * _UNITS[found[2][0]])
    return _read(text, option, clock, LAST, AHEAD)


def span(text: str, option: str) -> timedelta:
    """A span such as `2d` or `12h`. Ends the command, and names the option, if the text is none."""
    found = _SPAN.fullmatch(_plain(text))
    if not found:
        raise fail("usage", f"{option}: {text[:60]!r} is not a span of time", "write 12h, 2d or 1w")
    return int(found[1]) * _UNITS[found[2][0]]


def _read(text: str, option: str, clock: Clock, of_day: time, forms: str = PAST) -> str:
    written = _plain(text)
    if not written:
        return ""
    try:
        return to_second(_moment(written, clock(), of_day))
    except (ValueError, OverflowError):
        raise fail("usage", f"{option}: {text[:60]!r} is not a time", forms) from None


def _moment(written: str, now: datetime, of_day: time) -> datetime:
    """Raises ValueError or OverflowError if it is not a time."""
    if written == "now":
        return now
    found = _SPAN.fullmatch(written.removesuffix(" ago")) if written.endswith(" ago") else None
    if found:
        return now - int(found[1]) * _UNITS[found[2][0]]
    days = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    try:
        return datetime.combine(days.get(written) or date.fromisoformat(written), of_day, UTC)
    except ValueError:
        moment = datetime.fromisoformat(written.upper())
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
