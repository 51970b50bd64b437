"""Every figure of the documentation comes from docs/bench.json, which a run wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.__main__ import saved
from bench.pages import CHECKED_IN, PAGES, filled
from snapkeep.domain.report import cost
from snapkeep.domain.report.cost import Usage

ANSWERS = {
    "account": {
        "900": {"created_s": 171.4, "times": 1.07, "limits": {"times": 1.1}},
        "5,000": {"created_s": 1064.1, "limits": {}},
    },
    "measured": {"account": {"on": "2026-11-28", "machine": {"python": "3.13", "cpus": 2, "on": "arm64"}}},
}


def test_a_table_is_written_between_its_markers_and_nothing_else_changes() -> None:
    page = "before\n<!-- bench account -->\nold\n<!-- end -->\nafter\n"

    assert filled(page, ANSWERS) == (
        "before\n<!-- bench account -->\n"
        "Measured on 2026-11-28: Python 3.13, 2 CPUs, arm64.\n\n"
        "| account | created_s | times |\n"
        "| --- | ---: | ---: |\n"
        "| 900 | 171.4 | 1.07 of 1.1 |\n"
        "| 5,000 | 1,064.1 |  |\n"
        "<!-- end -->\nafter\n"
    )


def test_calls_by_kind_stay_out_of_the_tables() -> None:
    counted = {**ANSWERS, "account": {"900": {"created_s": 171.4, "ec2:CreateSnapshot": 900}}}

    assert "CreateSnapshot" not in filled("<!-- bench account -->\n<!-- end -->", counted)


def test_a_marker_can_take_some_figures_only() -> None:
    told = filled("<!-- bench account: 5, -->\n<!-- end -->", ANSWERS)

    assert "1,064.1" in told
    assert "171.4" not in told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_hold_the_checked_in_figures(page: Path) -> None:
    assert "<!-- bench" in page.read_text()
    assert filled(page.read_text(), saved(CHECKED_IN)) == page.read_text(), "run: python -m bench.pages"


def test_the_cost_formula_holds_what_was_measured() -> None:
    measured = saved(CHECKED_IN)["work"]

    assert set(measured) == {name for name in vars(cost) if name.startswith("PER_")}
    for name, values in measured.items():
        known: Usage = getattr(cost, name)
        for unit, amount in values.items():
            if unit != "limits":
                assert getattr(known, unit) == pytest.approx(amount, rel=0.15), f"{name}.{unit}"


def test_what_is_checked_in_keeps_its_limits() -> None:
    for part, figures in saved(CHECKED_IN).items():
        for what, values in figures.items() if part != "measured" else ():
            for name, limit in values["limits"].items():
                assert values[name] <= limit, f"{part}: {what}: {name}"
