"""What a place can take, and the RPO that is real where a load does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.copies.view.capacity import CopyLoad, copy_capacity_of

HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)


def test_nine_hundred_volumes_a_day_take_a_minute_each_for_an_hour() -> None:
    found = copy_capacity_of(CopyLoad(900, 1, timedelta(minutes=1)))
    assert (found.round_takes, found.rpo, found.problem) == (
        timedelta(hours=1),
        DAY + timedelta(hours=1),
        "",
    )


def test_five_thousand_of_half_an_hour_do_not_fit_into_a_day() -> None:
    found = copy_capacity_of(CopyLoad(5_000, 1, HALF_HOUR))
    assert found.rpo == timedelta(hours=203, minutes=30)
    assert found.problem == (
        "one copy of each of 5,000 volumes takes 167 h 0 min: 15 at a time (of the 20 that EC2 allows an "
        "account in a Region), 30 min each. But the next are due after 24 h 0 min, so the newest copy of a "
        "volume gets 203 h 30 min old (RPO), not 48 h 0 min. Copy less often, such as every: week, copy "
        "fewer policies, or spread the clusters over 7 places"
    )


@pytest.mark.parametrize(("a_day", "fits"), [(1 / 7, True), (1 / 6, False), (4, False)])
def test_a_load_fits_if_a_round_ends_before_the_next_begins(a_day: float, fits: bool) -> None:
    assert (copy_capacity_of(CopyLoad(5_000, a_day, HALF_HOUR)).problem == "") is fits


def test_the_places_that_it_names_are_enough() -> None:
    for volumes in (1_000, 5_000, 100_000):
        found = copy_capacity_of(CopyLoad(volumes, 4, HALF_HOUR))
        places = int(found.problem.split()[-2].replace(",", ""))
        assert not copy_capacity_of(CopyLoad(volumes // places, 4, HALF_HOUR)).problem


def test_more_places_do_not_help_where_one_copy_takes_longer_than_the_interval() -> None:
    found = copy_capacity_of(CopyLoad(9, 96, HALF_HOUR))
    assert found.problem.endswith("not 30 min. Copy less often, such as every: week, copy fewer policies")


def test_the_rarest_copies_are_no_error() -> None:
    assert copy_capacity_of(CopyLoad(1, 1e-12, HALF_HOUR)).rpo > 3_600 * DAY
