"""Copies on a simulated clock: near the floor where the load fits, fair where it does not."""

from __future__ import annotations

import pytest

from bench.copies import Place, always, measured, mixed
from snapkeep.domain.copies.places import IN_FLIGHT


def test_what_fits_ends_near_the_floor_and_every_volume_is_copied_every_day() -> None:
    found = measured(Place(10 * IN_FLIGHT, mixed), 2, 5)

    assert found["times_floor"] < 1.4
    assert found["least_copies"] == found["most_copies"] == 2
    assert found["rpo_h"] <= found["planned_rpo_h"] * 1.1


def test_without_events_each_turn_still_starts_as_many_as_there_is_room_for() -> None:
    found = measured(Place(4 * IN_FLIGHT, always(1), events=False), 2, 1)

    assert found["last_h"] == pytest.approx((3 * 5 + 1) / 60, abs=0.1)
    assert found["least_copies"] == 2


def test_what_does_not_fit_starves_nobody_and_is_no_older_than_the_planner_says() -> None:
    newest, older_too = (
        measured(Place(4 * IN_FLIGHT, always(12 * 60), known=known), 12, 12 * 60) for known in (1, 3)
    )

    assert newest["most_copies"] - newest["least_copies"] <= 1
    assert older_too["least_copies"] >= newest["least_copies"] - 1
    assert 24 < newest["rpo_h"] <= older_too["rpo_h"] <= older_too["planned_rpo_h"] * 1.01
