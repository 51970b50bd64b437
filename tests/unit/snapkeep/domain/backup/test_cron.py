"""Cron fields: translated to EventBridge Scheduler without changing what they mean."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from snapkeep.domain.backup.cron import check_six_fields, never_again, to_five_fields, to_six_fields


@pytest.mark.parametrize(
    ("five", "six"),
    [
        ("0 2 * * *", "0 2 * * ? *"),
        ("0 */6 * * *", "0 0/6 * * ? *"),
        ("*/15 9-17 * * MON-FRI", "0/15 9-17 ? * 2-6 *"),
        ("0 2 * * 0", "0 2 ? * 1 *"),
        ("0 2 * * 7", "0 2 ? * 1 *"),
        ("0 2 * * sun", "0 2 ? * 1 *"),
        ("0 2 * * 6", "0 2 ? * 7 *"),
        ("0 2 * * 5-7", "0 2 ? * 1,6,7 *"),
        ("0 2 * * FRI-MON", "0 2 ? * 1,2,6,7 *"),
        ("0 2 * * 1,3,5", "0 2 ? * 2,4,6 *"),
        ("0 2 * * */2", "0 2 ? * 1,3,5,7 *"),
        ("0 2 * * 1-5/2", "0 2 ? * 2,4,6 *"),
        ("0 2 * * 0-7", "0 2 * * ? *"),
        ("0 0 1,15 * *", "0 0 1,15 * ? *"),
        ("0 0 */2 * *", "0 0 1/2 * ? *"),
        ("0 0 1-31 * *", "0 0 * * ? *"),
        ("30 4 1 */3 *", "30 4 1 1/3 ? *"),
        ("30 4 1 JAN,JUL *", "30 4 1 1,7 ? *"),
        ("30 4 1 nov-feb *", "30 4 1 1,2,11,12 ? *"),
        ("5/20 22-2 * * *", "5/20 0-2,22,23 * * ? *"),
        ("0,10,20,30 0-23 * * *", "0,10,20,30 * * * ? *"),
        ("*/25 * * * *", "0/25 * * * ? *"),
        ("0-59/1 * * * *", "* * * * ? *"),
        ("0 22-4/3 * * *", "0 1,4,22 * * ? *"),
    ],
)
def test_five_fields_become_six(five: str, six: str) -> None:
    assert to_six_fields(five) == six
    check_six_fields(six)


@pytest.mark.parametrize("five", ["0 0 13 * 5", "0 0 */2 * MON", "0 0 1-31 * MON", "0 0 1 * 0-6"])
def test_both_day_fields_restricted_cannot_be_said(five: str) -> None:
    with pytest.raises(ValueError, match=r"are both restricted: cron runs when either matches.*two policies"):
        to_six_fields(five)


@pytest.mark.parametrize(
    ("five", "words"),
    [
        ("60 * * * *", "minute: '60' is not allowed; use numbers 0 to 59"),
        ("0 24 * * *", "hour: '24' is not allowed; use numbers 0 to 23"),
        ("0 0 0 * *", "day-of-month: '0' is not allowed; use numbers 1 to 31"),
        ("0 0 * 13 *", "month: '13' is not allowed; use numbers 1 to 12 or JAN to DEC"),
        ("0 0 * * 8", "day-of-week: '8' is not allowed; use numbers 0 to 7 or SUN to SAT"),
        ("0 0 * * MONDAY", "day-of-week: 'MONDAY' is not allowed"),
        ("*/0 * * * *", r"minute: the step of '\*/0' is 0"),
        ("0 0 L * *", "day-of-month: 'L' is not allowed"),
        ("0 0 ? * MON", r"day-of-month: '\?' is not allowed"),
        ("1,,2 * * * *", "minute: '' is not allowed"),
        ("*-5 * * * *", r"minute: '\*-5' is not allowed"),
        ("-1 * * * *", "minute: '-1' is not allowed"),
        ("٣ * * * *", "minute: '٣' is not allowed"),
    ],
)
def test_what_is_not_allowed_is_named_with_its_field(five: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        to_six_fields(five)


@pytest.mark.parametrize(
    "six",
    [
        "0 2 L * ? *",
        "0 2 LW * ? *",
        "0 2 15W * ? *",
        "0 2 ? * 6L *",
        "0 2 ? * FRIL *",
        "0 2 ? * MON#1 *",
        "0 2 ? * 2#1,5#3 *",
        "0 2 * * ? 2027-2030",
        "0/15 8-18 ? JAN-JUN MON-FRI 2027",
    ],
)
def test_what_scheduler_alone_knows_passes(six: str) -> None:
    check_six_fields(six)


@pytest.mark.parametrize(
    ("six", "words"),
    [
        ("0 2 * * ?", "has 5 fields; EventBridge Scheduler needs 6"),
        ("0 2 * * * *", r"exactly one of day-of-month '\*' and day-of-week '\*' must be \?"),
        ("0 2 ? * ? *", "exactly one of"),
        ("0 2 ? * 0 *", "day-of-week: '0' is not allowed; use numbers 1 to 7 or SUN to SAT"),
        ("0 2 ? * MON#6 *", "day-of-week: 'MON#6' is not allowed"),
        ("? 2 ? * MON *", r"minute: '\?' is not allowed"),
        ("0 2 * * ? 1969", "year: '1969' is not allowed; use numbers 1970 to 2199"),
        ("0 2 L * MON *", "exactly one of"),
    ],
)
def test_what_scheduler_would_refuse_is_refused_first(six: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_six_fields(six)


@pytest.mark.parametrize("six", ["0 2 L * ? *", "0 2 3W * ? *", "0 2 ? * 6#3 *", "0 2 * * ? 2027"])
def test_what_ordinary_cron_cannot_say_has_no_five_fields(six: str) -> None:
    assert to_five_fields(six) is None


def test_weekdays_are_counted_back_from_zero() -> None:
    assert to_five_fields("0 2 ? 6 SUN,7 *") == "0 2 * 6 0,6"


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    """Texts of a field: stars, steps, numbers, ranges, lists of them."""
    number = st.integers(low, high)
    # cronsim reads 5-5/2 as 5/2, which cron does not: leave such ranges out.
    pairs = st.tuples(number, number).filter(lambda pair: pair[0] != pair[1])
    ranges = pairs.map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.builds("{}/{}".format, st.one_of(st.just("*"), ranges), st.integers(1, 12))
    item = st.one_of(number.map(str), ranges, stepped)
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


days = st.one_of(
    numbers(1, 28).map(lambda day: (day, "*")),
    numbers(0, 7).map(lambda weekday: ("*", weekday)),
)


@settings(deadline=None)
@given(minute=numbers(0, 59), hour=numbers(0, 23), day=days, month=numbers(1, 12))
def test_the_translation_runs_exactly_when_cron_does(
    minute: str, hour: str, day: tuple[str, str], month: str
) -> None:
    five = f"{minute} {hour} {day[0]} {month} {day[1]}"
    there_and_back = to_five_fields(to_six_fields(five))
    assert there_and_back is not None
    start = datetime.fromisoformat("2026-12-31 23:59")
    expected = list(itertools.islice(CronSim(five, start), 40))
    assert list(itertools.islice(CronSim(there_and_back, start), 40)) == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("0 3 * * ? 2023", "its last year is 2023"),
        ("0 3 * * ? 2020-2024,2025", "its last year is 2025"),
        ("0 3 30 FEB ? *", "no such month has a day 30"),
        ("0 3 31 4,6,9,11 ? 2026-2030", "no such month has a day 31"),
        ("0 3 31 2,3 ? *", ""),
        ("0 3 29 2 ? *", ""),
        ("0 3 L 2 ? *", ""),
        ("0 3 ? * MON#1 2026", ""),
    ],
)
def test_a_cron_without_a_moment_left_is_recognized(fields: str, why: str) -> None:
    assert never_again(fields, 2026) == why
