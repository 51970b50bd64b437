"""When a policy runs: the translation to EventBridge Scheduler, and the resulting slots.

Scheduler's rule for daylight saving: a local time that does not exist is skipped, one that occurs twice runs
once, and a day in a rate is 24 hours.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from snapkeep.domain.backup.cron import check_six_fields, never_again, to_five_fields, to_six_fields
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Schedule

LocalTimes = Callable[[str, datetime], Iterator[datetime]]
"""Yields the naive local times after a naive local time that match five cron fields, ascending."""

LONGEST = 256
"""The longest expression that Scheduler accepts, in characters.
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
"""

_RATE = re.compile(r"rate\((?P<count>[1-9][0-9]{0,5}) (?P<unit>minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
_ZONE = re.compile(r"(?P<key>CRON_TZ|TZ)=(?P<name>\S*)", re.IGNORECASE)
"""How cron and Velero name a time zone."""
_SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FORMS = "use rate(6 hours), cron(0 2 * * ? *), five cron fields (0 2 * * *) or one of " + ", ".join(
    _SHORTHANDS
)


class PreviewUnavailable(PermanentError):
    """The slots of a schedule cannot be computed in advance, although Scheduler runs it."""


def to_scheduler(text: str) -> str:
    """The Scheduler expression for what a user wrote; `rate( )` and `cron( )` pass through.

    Raises ValueError, with a message for users, when the text is malformed or cannot be translated exactly.
    """
    text = " ".join(text.split())
    if zone := _ZONE.match(text):
        name = zone["name"][:60]
        raise ValueError(f"{zone['key']}={name} is not part of an expression here; write timezone: {name}")
    if _RATE.fullmatch(text):
        return text
    cron = _CRON.fullmatch(text)
    if cron is not None:
        check_six_fields(cron["fields"])
        if len(text) > LONGEST:
            raise ValueError(
                f"{text[:40]}… has {len(text)} characters; EventBridge Scheduler takes {LONGEST}"
            )
        return text
    fields = _SHORTHANDS.get(text.lower(), text)
    if len(fields.split()) != 5 or "(" in fields:
        raise ValueError(f"{text[:100]!r} is not a schedule: {_FORMS}")
    return f"cron({to_six_fields(fields)})"


def rate_of(expression: str) -> timedelta | None:
    """The interval of a `rate( )`; None when the expression is not a rate."""
    match = _RATE.fullmatch(expression)
    return timedelta(**{match["unit"] + "s": int(match["count"])}) if match else None


def has_preview(expression: str) -> bool:
    """True when the slots of an expression can be computed without Scheduler; never for a rate."""
    try:
        return rate_of(expression) is None and bool(five_fields(expression))
    except PreviewUnavailable:
        return False


def no_more_slots(expression: str, year: int) -> str:
    """Why an expression has no slot from the start of a year on; "" if it has some. A rate always has."""
    cron = _CRON.fullmatch(expression)
    return never_again(cron["fields"], year) if cron else ""


def five_fields(expression: str) -> str:
    """A Scheduler `cron( )` as five ordinary fields. Raises PreviewUnavailable when five cannot express
    it."""
    cron = _CRON.fullmatch(expression)
    fields = to_five_fields(cron["fields"]) if cron else None
    if fields is None:
        raise PreviewUnavailable(f"{expression} has no preview: only Scheduler evaluates L, W, # and years")
    return fields


def slots(
    schedule: Schedule,
    after: datetime,
    until: datetime,
    local_times: LocalTimes,
    anchor: datetime | None = None,
) -> Iterator[datetime]:
    """The slots after `after`, up to and including `until`, ascending, in UTC. All times are aware.

    A disabled schedule has none. A rate counts from `anchor` (any of its slots). Raises PreviewUnavailable
    for a rate without an anchor and for L, W, # and years in a cron.
    """
    if not schedule.enabled:
        return iter(())
    step = rate_of(schedule.expression)
    if step is not None:
        if anchor is None:
            raise PreviewUnavailable(
                f"{schedule.expression} counts from its first run, which is not known yet"
            )
        return _rate_slots(anchor.astimezone(UTC), step, after, until)
    fields = five_fields(schedule.expression)
    zone = ZoneInfo(schedule.timezone)
    # A clock set back repeats local times: start a day early; the first comparison drops the surplus.
    start = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    return _cron_slots(local_times(fields, start), zone, after, until)


def gap_slots(
    schedule: Schedule, after: datetime, until: datetime, local_times: LocalTimes
) -> Iterator[datetime]:
    """The moments (UTC) of local times that a daylight-saving gap skips, by the offset before the gap.

    Scheduler does not run them, but the search for missed slots needs them. A moment may also be the slot of
    another local time. Raises PreviewUnavailable as `slots` does.
    """
    if not schedule.enabled or rate_of(schedule.expression) is not None:
        return
    zone = ZoneInfo(schedule.timezone)
    start = after.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    for local in local_times(five_fields(schedule.expression), start):
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment > until + timedelta(days=1):
            return
        if _instant(local, zone) is None and after < moment <= until:
            yield moment


def _rate_slots(anchor: datetime, step: timedelta, after: datetime, until: datetime) -> Iterator[datetime]:
    slot = anchor + ((after - anchor) // step + 1) * step
    while slot <= until:
        yield slot
        slot += step


def _cron_slots(
    times: Iterator[datetime], zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[datetime]:
    for local in times:
        slot = _instant(local, zone)
        if slot is None or slot <= after:
            continue
        if slot > until:
            return
        yield slot


def _instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment (UTC) at which clocks in the zone show `local`; None when they never do."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == local else None
