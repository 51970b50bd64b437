"""When a schedule is due, by EventBridge Scheduler's rules.

User guide, "Schedule types in EventBridge Scheduler" and "Time zones" / "Daylight savings time": cron() and
at() are read in the schedule's time zone; an hour that the spring change skips does not run; an hour that the
autumn change repeats runs once, in its first pass. rate() counts from the schedule's start and ignores time
zones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ministack.services import eventbridge


def slots(expression: str, zone: str, after: datetime, until: datetime, anchor: datetime) -> list[datetime]:
    """Return the times in (after, until] at which the schedule is due, aware UTC, in order.

    `anchor` is the time rate() counts from. ValueError names an expression or time zone that Scheduler
    refuses.
    """
    place = _zone(zone)
    if expression.startswith("at("):
        moment = _at(expression, place)
        return [moment] if after < moment <= until else []
    if expression.startswith("rate("):
        return list(_rate(expression, after, until, anchor))
    return list(_cron(expression, place, after, until))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"Invalid Timezone: {name}") from error


def _at(expression: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")"))
    except ValueError as error:
        raise ValueError(f"Invalid Schedule Expression {expression}.") from error
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _rate(expression: str, after: datetime, until: datetime, anchor: datetime) -> Iterator[datetime]:
    seconds = eventbridge._parse_rate_seconds(expression)
    if not seconds:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    step = timedelta(seconds=seconds)
    moment = anchor + step * max(1, (after - anchor) // step + 1)
    while moment <= until:
        yield moment
        moment += step


def _cron(expression: str, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    fields = eventbridge._parse_cron_fields(expression)
    if fields is None:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    # ministack walks the calendar without time zones: give it the wall clock, labelled as UTC.
    wall = after.astimezone(zone).replace(tzinfo=UTC)
    while (following := eventbridge._cron_next_fire(fields, wall)) is not None:
        wall = following
        moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment > until:
            return
        skipped = moment.astimezone(zone).replace(tzinfo=UTC) != wall
        if moment > after and not skipped:
            yield moment
