"""The report of a cluster: cut to what fits an answer, while counts and the log have all of it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from snapkeep.domain.retention.deletion.brake import judge
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.services.retention.report import LOGGED, SHOWN, ClusterReport, describe
from snapkeep.services.retention.survey import Planned, Survey
from tests.fakes.world import SLOT, World, a_claim


def test_lists_are_cut_and_counts_are_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    survey = Survey(
        deletions=[Planned(f"snap-{n:04}", "no rule keeps it", "", "c/p", True) for n in range(450)],
        kept={f"kept-{n:04}": ("last 1/9",) for n in range(120)},
    )
    report = ClusterReport("myeks")
    refusal = Refusal("myeks", "token", frozenset(f"snap-{n}" for n in range(70)), "too far", SLOT, "rules")
    describe(report, survey, judge([]), [refusal])
    (shown,) = report.refusals
    assert (shown.token, shown.count, len(shown.names), report.counts["refused"]) == ("token", 70, SHOWN, 70)
    assert (report.counts["delete"], report.counts["keep"]) == (450, 120)
    assert (len(report.delete), len(report.keep)) == (SHOWN, SHOWN)
    logged = [record.__dict__["delete"] for record in caplog.records if "delete" in record.__dict__]
    assert [len(part) for part in logged] == [LOGGED, LOGGED, 50]
    assert sum(len(record.__dict__.get("keep", {})) for record in caplog.records) == 120


def test_the_plan_of_a_world_names_each_point_with_its_reason() -> None:
    world = World(a_claim("mysql"))
    for number in range(4):
        world.back_up(SLOT + number * timedelta(hours=6))
    report = world.prune(dry_run=True)
    assert len(report.keep) == 3 and all(reasons for _, reasons in report.keep)
    assert [bool(reason) for _, reason in report.delete] == [True]
