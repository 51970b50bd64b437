"""Cron fields: read as ordinary cron reads them, written as EventBridge Scheduler expects them.

Ordinary cron has five fields, counts weekdays 0 to 7 (both ends are Sunday) and takes `*` in both day fields.
Scheduler has six (with a year), counts weekdays 1 to 7 from Sunday, requires `?` in one day field, and
supports no steps of weekdays.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
https://man7.org/linux/man-pages/man5/crontab.5.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ITEM = re.compile(r"(?P<start>\*|\w+)(?:-(?P<end>\w+))?(?:/(?P<step>[0-9]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a cron expression: its bounds, and the names for the numbers from `low` upwards.

    `alias` is a number beyond `high` that means `low` (7 for Sunday in ordinary cron). `special` matches what
    only Scheduler supports (L, W and #).
    """

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    alias: int | None = None
    special: str = "(?!)"

    def values(self, text: str) -> frozenset[int]:
        """The numbers that a field's text means; ranges may wrap. Raises ValueError with a message for
        users."""
        found: set[int] = set()
        for item in text.upper().split(","):
            found.update(self._item(item))
        return frozenset(found)

    def is_special(self, text: str) -> bool:
        """True when the text means something that plain numbers cannot express (L, W, #)."""
        return any(re.fullmatch(self.special, item) for item in text.upper().split(","))

    def render(self, values: frozenset[int], steps: bool = True) -> str:
        """The shortest text for these numbers: `*`, `0/15`, or a list with ranges."""
        ordered = sorted(values)
        if len(ordered) == self.high - self.low + 1:
            return "*"
        if steps and len(ordered) > 2 and ordered == list(range(ordered[0], self.high + 1, _gap(ordered))):
            return f"{ordered[0]}/{_gap(ordered)}"
        return ",".join(_ranges(ordered))

    def _item(self, item: str) -> Sequence[int]:
        match = _ITEM.fullmatch(item)
        if match is None or (match["start"] == "*" and match["end"]):
            raise self._refusal(item)
        step = int(match["step"] or 1)
        if step == 0:
            raise ValueError(f"{self.name}: the step of {item!r} is 0; it must be 1 or more")
        if match["start"] == "*":
            numbers = list(range(self.low, self.high + 1))
        else:
            start = self._number(match["start"])
            last = self.high if match["step"] else start
            numbers = self._span(start, self._number(match["end"]) if match["end"] else last)
        return [self.low if number == self.alias else number for number in numbers[::step]]

    def _span(self, start: int, end: int) -> list[int]:
        if start <= end:
            return list(range(start, end + 1))
        return [*range(start, self.high + 1), *range(self.low, end + 1)]

    def _number(self, text: str) -> int:
        if text in self.names:
            return self.low + self.names.index(text)
        number = int(text) if re.fullmatch("[0-9]{1,4}", text) else -1
        if self.low <= number <= self.high or number == self.alias:
            return number
        raise self._refusal(text)

    def _refusal(self, text: str) -> ValueError:
        numbers = f"{self.low} to {self.alias or self.high}"
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return ValueError(
            f"{self.name}: {text!r} is not allowed; use numbers {numbers}{names}, lists (1,2), ranges (1-5), "
            "steps (*/2) or *"
        )


def _gap(ordered: Sequence[int]) -> int:
    return ordered[1] - ordered[0]


def _ranges(ordered: Sequence[int]) -> list[str]:
    """Runs of three and more as ranges, everything else one by one."""
    runs: list[list[int]] = []
    for number in ordered:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(number) for number in run] for run in runs]
    return [text for group in texts for text in group]


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day-of-month", 1, 31, special=r"L|LW|[0-9]{1,2}W")
MONTH = Field("month", 1, 12, _MONTHS)
WEEKDAY = Field("day-of-week", 0, 6, _DAYS, alias=7)
SCHEDULER_WEEKDAY = Field("day-of-week", 1, 7, _DAYS, special=r"L|([1-7]|\w{3})L|([1-7]|\w{3})#[1-5]")
YEAR = Field("year", 1970, 2199)
LONGEST_MONTHS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
"""How many days each month may have."""


def to_six_fields(text: str) -> str:
    """Five ordinary cron fields as Scheduler's six, without the surrounding `cron( )`.

    Raises ValueError when a field is malformed, or when both day fields are restricted: ordinary cron then
    runs on days that match either, which Scheduler cannot express.
    """
    minute, hour, day, month, weekday = text.split()
    days, weekdays = DAY.values(day), WEEKDAY.values(weekday)
    if not _is_every(day, days, 31) and not _is_every(weekday, weekdays, 7):
        raise ValueError(
            f"day-of-month {day!r} and day-of-week {weekday!r} are both restricted: cron runs when either "
            "matches, which EventBridge Scheduler cannot express; put * in one of them, or use two policies"
        )
    by_weekday = len(weekdays) < 7
    scheduler_weekdays = frozenset(number + 1 for number in weekdays)
    return " ".join(
        [
            MINUTE.render(MINUTE.values(minute)),
            HOUR.render(HOUR.values(hour)),
            "?" if by_weekday else DAY.render(days),
            MONTH.render(MONTH.values(month)),
            SCHEDULER_WEEKDAY.render(scheduler_weekdays, steps=False) if by_weekday else "?",
            "*",
        ]
    )


def _is_every(text: str, values: frozenset[int], all_days: int) -> bool:
    """True for `*` and steps that cover every day; `1-31` counts as restricted, as in crontab(5)."""
    return text.startswith("*") and len(values) == all_days


def check_six_fields(text: str) -> None:
    """Check the inside of a Scheduler `cron( )`. Raises ValueError with a message for users."""
    fields = text.split()
    if len(fields) != 6:
        raise ValueError(
            f"cron({text}) has {len(fields)} fields; EventBridge Scheduler needs 6: "
            "minute hour day-of-month month day-of-week year"
        )
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ValueError(
            f"cron({text}): exactly one of day-of-month {day!r} and day-of-week {weekday!r} must be ?"
        )
    pairs = ((MINUTE, minute), (HOUR, hour), (DAY, day), (MONTH, month), (SCHEDULER_WEEKDAY, weekday))
    for field, value in (*pairs, (YEAR, year)):
        if value != "?" or field not in (DAY, SCHEDULER_WEEKDAY):
            _check(field, value)


def never_again(text: str, year: int) -> str:
    """Why Scheduler's six fields match no moment from the start of a year on; "" if some do."""
    _, _, day, month, _, years = text.split()
    if max(YEAR.values(years)) < year:
        return f"its last year is {max(YEAR.values(years))}"
    if day == "?" or DAY.is_special(day):
        return ""
    if min(DAY.values(day)) > max(LONGEST_MONTHS[each] for each in MONTH.values(month)):
        return f"no such month has a day {min(DAY.values(day))}"
    return ""


def _check(field: Field, text: str) -> None:
    for item in text.split(","):
        if not field.is_special(item):
            field.values(item)


def to_five_fields(text: str) -> str | None:
    """Scheduler's six fields as five ordinary ones, None when five cannot express them (L, W, # or years)."""
    minute, hour, day, month, weekday, year = text.split()
    if year != "*" or DAY.is_special(day) or SCHEDULER_WEEKDAY.is_special(weekday):
        return None
    weekdays = "*" if weekday == "?" else _list({number - 1 for number in SCHEDULER_WEEKDAY.values(weekday)})
    return " ".join(
        [
            _list(MINUTE.values(minute)),
            _list(HOUR.values(hour)),
            "*" if day == "?" else _list(DAY.values(day)),
            _list(MONTH.values(month)),
            weekdays,
        ]
    )


def _list(values: frozenset[int] | set[int]) -> str:
    return ",".join(str(number) for number in sorted(values))
