"""The brake: it never stops a steady state, and always stops a slip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config import load
from snapkeep.domain.brake import Load, judge, token
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Policy
from snapkeep.domain.retention import parse_retention
from snapkeep.domain.retention_plan import plan
from snapkeep.domain.retention_points import Candidate

EXAMPLE = load(Path(__file__).parents[4] / "snapkeep.yaml")
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("points", "new", "deletions", "braked"),
    [
        (100, 0, 20, False),
        (100, 0, 21, True),
        (100, 10, 30, False),
        (100, 10, 31, True),
        (3, 0, 1, False),
        (3, 0, 2, True),
        (0, 0, 0, False),
    ],
)
def test_a_fifth_of_the_cluster_may_go_beyond_what_came(
    points: int, new: int, deletions: int, braked: bool
) -> None:
    assert judge([Load("mysql/daily", points, new, deletions)]).braked is braked


def test_half_of_one_lineage_is_too_much_although_the_cluster_hardly_shrinks() -> None:
    others = [Load(f"claim-{number}/daily", 10, 0, 0) for number in range(20)]
    assert not judge([*others, Load("mysql/daily", 10, 0, 5)]).braked
    verdict = judge([*others, Load("mysql/daily", 10, 0, 6)])
    assert verdict.braked and verdict.lineages == ("mysql/daily",)
    assert "6 of the 10 points of mysql/daily" in verdict.reason


def test_of_a_small_lineage_one_may_go() -> None:
    others = [Load(f"claim-{number}/daily", 10, 0, 0) for number in range(20)]
    assert not judge([*others, Load("mysql/daily", 3, 0, 1)]).braked
    assert judge([*others, Load("mysql/daily", 3, 0, 2)]).braked


def test_a_lineage_whose_claim_is_over_may_shrink_to_its_last_point_within_the_cluster_s_fifth() -> None:
    others = [Load(f"claim-{number}/daily", 10, 0, 0) for number in range(20)]
    over = Load("mysql/daily", 30, 0, 29, claim_over=True)
    assert not judge([*others, over]).braked
    assert judge([*others, replace(over, claim_over=False)]).braked
    assert judge([over]).braked


def test_what_new_points_push_out_weighs_nothing() -> None:
    assert not judge([Load("mysql/daily", 7, 1, 5, pushed=4)]).braked
    assert judge([Load("mysql/daily", 7, 1, 6, pushed=2)]).braked


def test_in_a_small_cluster_a_point_of_each_lineage_may_go_three_at_most() -> None:
    small = [Load(f"claim-{number}/daily", 2, 0, 1) for number in range(4)]
    assert not judge(small[:3]).braked
    assert judge(small).braked


@pytest.mark.parametrize(("points", "deletions", "braked"), [(3, 2, True), (4, 2, False), (4, 3, True)])
def test_a_lineage_of_four_is_no_small_one_any_more(points: int, deletions: int, braked: bool) -> None:
    others = [Load(f"claim-{number}/daily", 10, 0, 0) for number in range(20)]
    assert judge([*others, Load("mysql/daily", points, 0, deletions)]).braked is braked


def test_the_reason_holds_the_sums_of_all_lineages() -> None:
    verdict = judge([Load("a/daily", 60, 2, 20), Load("b/daily", 40, 1, 10, pushed=3)])
    assert verdict.reason == (
        "30 of 100 points would go, 3 became ready since the last prune and push out 5: 25 beyond them, more "
        "than the 20 allowed (20 % of the cluster, in a small one a point of each lineage up to 3)"
    )
    assert (verdict.points, verdict.new, verdict.deletions) == (100, 3, 30)


def test_the_worst_lineage_is_the_one_furthest_beyond_its_limit() -> None:
    others = [Load(f"claim-{number}/daily", 10, 0, 0) for number in range(20)]
    verdict = judge([*others, Load("large/daily", 20, 0, 11), Load("small/daily", 8, 0, 7)])
    assert "7 of the 8 points of small/daily would go" in verdict.reason
    assert verdict.reason.endswith("2 lineages go too far")
    assert verdict.lineages == ("large/daily", "small/daily")


def test_a_token_confirms_one_set_of_snapshots_of_one_cluster() -> None:
    assert token("myeks", ["snap-1", "snap-2"]) == token("myeks", ["snap-2", "snap-1"])
    others = [token("other", ["snap-1", "snap-2"]), token("myeks", ["snap-1"]), token("myeks", [])]
    assert len({token("myeks", ["snap-1", "snap-2"]), *others}) == 4


def verdicts(retention: dict[str, Any], zone: ZoneInfo, every: timedelta, days: int = 90) -> Iterator[str]:
    """The reasons of brakes while a claim is backed up and pruned after each run."""
    rules = parse_retention(retention)
    points: list[Candidate] = []
    now = START
    for number in count():
        now = START + number * every
        if now > START + timedelta(days=days):
            return
        points.append(Candidate(f"snap-{number:05}", now, PointState.READY))
        going = {dropped.point.id for dropped in plan(points, rules, zone, now).delete}
        verdict = judge([Load("claim/policy", len(points), 1, len(going))])
        if verdict.braked:
            yield f"run {number}: {verdict.reason}"
        points = [point for point in points if point.id not in going]


@pytest.mark.parametrize("policy", EXAMPLE.policies, ids=lambda policy: policy.name)
@pytest.mark.parametrize("hours", [6, 24, 168])
def test_ninety_days_of_every_example_policy_never_brake(policy: Policy, hours: int) -> None:
    zone = ZoneInfo(policy.schedule.timezone)
    assert list(verdicts(dict(policy.retention), zone, timedelta(hours=hours))) == []
