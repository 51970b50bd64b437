"""Retention over the lineages of many claims."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from snapkeep.domain.retention.candidates import held
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.plan import RetentionPlan
from snapkeep.domain.retention.rules import parse_retention
from tests.unit.snapkeep.domain.retention.retention_stories import FAILED, NOW, READY, delete, keep, point

NIGHTLY = {"nightly": PolicyRetention(parse_retention({"daily": 2}))}


def lineage(claim: str, policy: str, *days: str) -> Lineage:
    return Lineage(claim, policy, [point(day) for day in days])


def plans(*lineages: Lineage, policies: dict[str, PolicyRetention] = NIGHTLY) -> dict[str, RetentionPlan]:
    return {f"{item.claim}/{item.policy}": item.plan for item in plan_lineages(lineages, policies, NOW)}


def test_on_demand_points_expire_thirty_days_before_the_claims_newest_point() -> None:
    result = plans(
        lineage("a", "nightly", "11-22", "11-21", "11-20"),
        lineage("a", "on-demand", "10-24", "10-23", "01-01"),
        lineage("b", "on-demand", "01-02", "01-01"),
    )

    assert list(delete(result["a/nightly"])) == ["11-20"]
    assert keep(result["a/on-demand"]) == {"10-24": ("within 30d",)}
    assert list(keep(result["b/on-demand"])) == ["01-02", "01-01"]


def test_interruption_points_keep_three_and_a_week() -> None:
    days = [f"11-{day:02}" for day in range(22, 10, -1)]

    result = plans(lineage("a", "interruption", *days), lineage("b", "interruption", *days[::4]))

    assert list(keep(result["a/interruption"])) == days[:7]
    assert list(keep(result["b/interruption"])) == days[::4]


def test_the_last_good_point_of_a_claim_may_be_one_of_a_built_in_policy() -> None:
    short = {
        "on-demand": PolicyRetention(parse_retention({"last": 1, "max_age": "1d"})),
        "interruption": PolicyRetention(parse_retention({"last": 1, "max_age": "1d"})),
    }

    result = plans(lineage("a", "on-demand", "01-02"), lineage("a", "interruption", "01-01"), policies=short)

    assert keep(result["a/on-demand"]) == {"01-02": ("last ready point of its claim",)}
    assert delete(result["a/interruption"]) == {"01-01": "older than max_age 1d"}


def test_points_that_are_not_good_let_nothing_go() -> None:
    broken = Lineage("a", "nightly", [point("11-22", FAILED), point("11-24")])

    result = plans(broken, lineage("a", "on-demand", "01-01"))

    assert keep(result["a/on-demand"]) == {"01-01": ("within 30d",)}


def test_points_of_a_policy_that_was_removed_are_kept_and_listed() -> None:
    forgotten = Lineage(
        "a", "hourly", [point("01-01"), point("01-02", FAILED), point("01-03", READY, held("alice"))]
    )

    result = plans(forgotten, lineage("a", "on-demand", "01-02"))

    assert result["a/hourly"].delete == ()
    assert keep(result["a/hourly"]) == {
        "01-03": ("orphaned policy", "held by alice"),
        "01-02": ("orphaned policy",),
        "01-01": ("orphaned policy",),
    }


def test_lineages_are_planned_as_they_come() -> None:
    asked: list[str] = []

    def stream() -> Iterator[Lineage]:
        for claim in "abc":
            asked.append(claim)
            yield lineage(claim, "nightly", "11-22")

    first = next(plan_lineages(stream(), NIGHTLY, NOW))

    assert first.claim == "a"
    assert asked == ["a", "b"]


def test_a_claim_in_two_pieces_is_refused() -> None:
    with pytest.raises(ValueError, match="claim a: its lineages must come one after the other"):
        plans(
            lineage("a", "nightly", "11-22"),
            lineage("b", "nightly", "11-22"),
            lineage("a", "on-demand", "11-22"),
        )
