"""A fleet over several accounts: what the planner says, and what one account makes of its share."""

from __future__ import annotations

from bench.scale import FLEETS, one_account, planned
from snapkeep.domain.report.cost import month_of, total


def test_one_account_cannot_carry_the_fleet_and_enough_of_them_can() -> None:
    figures = [figure.values for figure in planned()]

    assert figures[0]["refusals"] > 0
    assert [each["accounts_needed"] for each in figures] == [30, 40, 20, 40]
    assert figures[-1]["refusals"] == 0


def test_clusters_of_one_account_end_whether_they_begin_at_once_or_not() -> None:
    volumes = {"a": 60, "b": 20}
    at_once, spread_out = (
        one_account({"a": 0, "b": start}, volumes)  # the shipped pace: 50 at once
        for start in (0, 300)
    )

    assert (at_once["ready"], at_once["failed"]) == (spread_out["ready"], spread_out["failed"]) == (80, 0)
    assert at_once["created_s"] < 300 <= spread_out["created_s"]


def test_a_larger_fleet_costs_less_than_in_proportion() -> None:
    small, large = (total(month_of(FLEETS[name])) for name in ("50", "100,000"))

    assert small < large < small * 2_000
