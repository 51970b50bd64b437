"""What calendars promise: the one that was given its slots, and the one that evaluates cron."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.policies import Schedule
from snapkeep.ports.clock import Calendar
from tests.contract.ports.samples import SLOT
from tests.fakes.clock import FixedCalendar

DAILY, DAY = Schedule("cron(0 18 * * ? *)"), timedelta(days=1)


@pytest.fixture(params=["fixed", "cron"])
def calendar(request: pytest.FixtureRequest) -> Calendar:
    """One that knows the slots of a week, whatever their order."""
    if request.param == "cron":
        return CronCalendar()
    return FixedCalendar(*(SLOT + day * DAY for day in (3, 0, 2, 1, 4, 6, 5)))


def test_slots_are_ascending_and_the_last_moment_counts_but_not_the_first(calendar: Calendar) -> None:
    due = list(calendar.due(DAILY, SLOT, SLOT + 3 * DAY, SLOT))
    assert due == [SLOT + DAY, SLOT + 2 * DAY, SLOT + 3 * DAY]
    assert {slot.utcoffset() for slot in due} == {timedelta()}


def test_no_time_has_no_slots(calendar: Calendar) -> None:
    assert list(calendar.due(DAILY, SLOT, SLOT, SLOT)) == []
    assert list(calendar.due(DAILY, SLOT + DAY, SLOT, SLOT)) == []
