"""What restic's `forget` keeps, said a second time: slow, rule by rule, from its documentation and source.

https://restic.readthedocs.io/en/stable/060_forget.html
https://github.com/restic/restic/blob/master/internal/data/snapshot_policy.go
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from snapkeep.domain.retention.rules import Count, Duration, RetentionRules

FORMATS = {
    "hourly": "%Y-%m-%d %H",
    "daily": "%Y-%m-%d",
    "weekly": "%G-W%V",
    "monthly": "%Y-%m",
    "yearly": "%Y",
}


def kept_by_restic(times: Sequence[datetime], rules: RetentionRules, zone: tzinfo) -> set[int]:
    """The places, in `times` (newest first), of what any rule keeps."""
    kept: set[int] = set()
    if rules.last is not None:
        kept |= by_count(list(range(len(times))), rules.last)
    for name, form in FORMATS.items():
        labels = [time.astimezone(zone).strftime(form) for time in times]
        count, span = getattr(rules, name), getattr(rules, f"within_{name}")
        if count is not None:
            kept |= by_count(labels, count)
        if span is not None:
            kept |= by_span(times, labels, span, zone)
    if rules.within is not None:
        kept |= by_span(times, list(range(len(times))), rules.within, zone)
    return kept


def by_count(labels: Sequence[object], count: Count) -> set[int]:
    """The first of each run of equal labels, `count` of them; then the last point if that is not all."""
    firsts = first_of_runs(labels)
    if count == "all":
        return {*firsts, *last_of(labels)}
    return {*firsts[:count], *(last_of(labels) if len(firsts) < count else [])}


def by_span(times: Sequence[datetime], labels: Sequence[object], span: Duration, zone: tzinfo) -> set[int]:
    """The first of each run of equal labels, and the last point of all, when it is after newest - span."""
    if not times:
        return set()
    since = go_back(times[0].astimezone(zone), span)
    return {place for place in {*first_of_runs(labels), *last_of(labels)} if times[place] > since}


def first_of_runs(labels: Sequence[object]) -> list[int]:
    return [place for place, label in enumerate(labels) if place == 0 or label != labels[place - 1]]


def last_of(labels: Sequence[object]) -> list[int]:
    return [len(labels) - 1] if labels else []


def go_back(local: datetime, span: Duration) -> datetime:
    """Go's AddDate(-years, -months, -days) and then Add(-hours): days that a month lacks run over."""
    year, month, day = local.year - span.years, local.month - span.months, local.day - span.days
    while month < 1:
        year, month = year - 1, month + 12
    while day < 1:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        day += monthrange(year, month)[1]
    while day > monthrange(year, month)[1]:
        day -= monthrange(year, month)[1]
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    wall = local.replace(tzinfo=None, year=year, month=month, day=day)
    return go_date(wall, local.tzinfo) - timedelta(hours=span.hours)


def go_date(wall: datetime, zone: tzinfo | None) -> datetime:
    """Go's time.Date: the offset that holds at the wall time taken as UTC, if it holds at the result, too;
    else the one that holds there."""
    as_utc = wall.replace(tzinfo=UTC)
    offset = as_utc.astimezone(zone).utcoffset()
    assert offset is not None
    result = as_utc - offset
    there = result.astimezone(zone).utcoffset()
    assert there is not None
    return result if there == offset else as_utc - there
