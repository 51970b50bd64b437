"""How the page writes times, spans, sizes and money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.adapters.report_page import words

GIB = 2**30


def test_times_are_those_of_the_wall_clock() -> None:
    assert words.time_text(datetime(2026, 11, 23, 17, tzinfo=UTC), "Asia/Seoul") == "2026-11-24 02:00"
    assert words.time_text(None, "UTC") == "–"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(hours=26), "1 d 2 h"),
        (timedelta(hours=8, minutes=5), "8 h 5 min"),
        (timedelta(hours=8), "8 h"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(seconds=12), "12 s"),
        (None, "–"),
    ],
)
def test_spans_have_their_two_largest_units(span: timedelta | None, text: str) -> None:
    assert words.span_text(span) == text


def test_seconds_after_the_first_word_keep_a_digit_while_it_matters() -> None:
    assert [words.seconds_text(s) for s in (1.84, 118, 540)] == ["+1.8 s", "+118.0 s", "+9 min"]


def test_sizes_and_money_are_short() -> None:
    assert [words.size_text(s * GIB) for s in (4.25, 559, 2048)] == ["4.2 GiB", "559 GiB", "2.0 TiB"]
    assert [words.dollars_text(d) for d in (1.6, 1234.5)] == ["$1.60", "$1,234"]


def test_a_share_is_100_percent_only_when_nothing_is_missing() -> None:
    shares = (0, 0.0001, 0.5, 0.9999, 1)
    assert [words.percent_text(share) for share in shares] == ["0%", "0.1%", "50.0%", "99.9%", "100%"]
