"""The report of a cluster: cut to what fits an answer, while counts and the log are complete."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.retention.deletion.brake import judge
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.services.retention.deletion.apply_brake import Braked
from snapkeep.services.retention.report import SHOWN, Progress, cluster_report
from snapkeep.services.retention.survey import Survey
from tests.fakes.world import SLOT, World, a_claim


def test_lists_are_cut_and_counts_are_not() -> None:
    survey = Survey(
        deletions=[PlannedDeletion(f"snap-{n:04}", "no rule keeps it", "", "c/p", True) for n in range(450)],
        kept={f"kept-{n:04}": ("last 1/9",) for n in range(120)},
    )
    refusal = Refusal("myeks", "token", frozenset(f"snap-{n}" for n in range(70)), "too far", SLOT, "rules")
    report = cluster_report(Progress("myeks", survey=survey, braked=Braked(judge([]), (refusal,))))
    (shown,) = report.refusals
    assert (shown.token, shown.count, len(shown.names), report.counts["refused"]) == ("token", 70, SHOWN, 70)
    assert (report.counts["delete"], report.counts["keep"]) == (450, 120)
    assert (len(report.delete), len(report.keep)) == (SHOWN, SHOWN)


def test_the_plan_of_a_world_names_each_point_with_its_reason() -> None:
    world = World(a_claim("mysql"))
    for number in range(4):
        world.back_up(SLOT + number * timedelta(hours=6))
    report = world.prune(dry_run=True)
    assert len(report.keep) == 3 and all(reasons for _, reasons in report.keep)
    assert [bool(reason) for _, reason in report.delete] == [True]
