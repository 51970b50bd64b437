"""Times: the same text in every zone, in the order of time, and read back as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.times import compact, moment, precise, read_compact, to_second

TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SEOUL = timezone(timedelta(hours=9))


@given(TIMES, TIMES)
def test_times_sort_as_text_as_they_do_as_times(one: datetime, other: datetime) -> None:
    assert (precise(one) < precise(other)) == (one < other)


def test_times_are_written_in_utc() -> None:
    at = datetime(2026, 11, 25, 3, tzinfo=SEOUL)
    assert precise(at) == "2026-11-24T18:00:00.000000+00:00"
    assert compact(at) == "20261124T180000Z"
    assert to_second(at) == "2026-11-24T18:00:00Z"
    assert moment(at) == "2026-11-24 18:00 UTC"


@given(TIMES)
def test_what_a_name_holds_is_read_back_to_the_second(at: datetime) -> None:
    assert read_compact(compact(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-24T18:00:00Z", "20261324T180000Z"])
def test_any_other_text_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        read_compact(text)
