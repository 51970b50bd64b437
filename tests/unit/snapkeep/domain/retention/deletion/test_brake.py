"""The brake: it never stops a steady state, and always stops a slip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.domain.retention.deletion.brake import LineageChange, judge, token


def change(lineage: str, points: int, beyond: int = 0, **given: Any) -> LineageChange:
    """A lineage that loses so many points beyond what its new ones account for."""
    names = tuple(f"{lineage}-{number}" for number in range(beyond))
    return LineageChange(lineage, points, beyond=names, **given)


OTHERS = [change(f"claim-{number}/daily", 10) for number in range(20)]


@pytest.mark.parametrize(
    ("points", "beyond", "braked"),
    [
        (100, 20, False),
        (100, 21, True),
        (5, 1, False),
        (5, 2, True),
        (3, 1, False),
        (3, 2, True),
        (0, 0, False),
    ],
)
def test_a_fifth_of_the_cluster_may_go_beyond_what_new_points_account_for(
    points: int, beyond: int, braked: bool
) -> None:
    assert judge([change("mysql/daily", points, beyond)]).braked is braked


def test_half_of_one_lineage_is_too_much_although_the_cluster_hardly_shrinks() -> None:
    assert not judge([*OTHERS, change("mysql/daily", 10, 5)]).braked
    verdict = judge([*OTHERS, change("mysql/daily", 10, 6)])
    assert verdict.lineages == ("mysql/daily",) and len(verdict.refused) == 6
    assert (
        "mysql/daily would lose 6 of 10, 6 beyond its new points, more than the 5 allowed" in verdict.reason
    )


@pytest.mark.parametrize(
    ("points", "beyond", "braked"), [(3, 1, False), (3, 2, True), (4, 2, False), (4, 3, True)]
)
def test_of_a_small_lineage_one_may_go(points: int, beyond: int, braked: bool) -> None:
    assert judge([*OTHERS, change("mysql/daily", points, beyond)]).braked is braked


def test_a_lineage_whose_claim_is_over_may_shrink_to_its_last_point_within_the_cluster_s_fifth() -> None:
    over = change("mysql/daily", 30, 29, claim_over=True)
    assert not judge([*OTHERS, over]).braked
    assert judge([*OTHERS, replace(over, claim_over=False)]).braked
    assert judge([over]).braked


def test_what_new_points_account_for_weighs_nothing() -> None:
    assert not judge([change("mysql/daily", 7, 1, new=1, excused=4)]).braked
    assert judge([change("mysql/daily", 7, 4, new=1, excused=2)]).braked


def test_what_new_points_push_out_gives_no_room_to_lose_more() -> None:
    idle = [change(f"idle-{number}/daily", 60) for number in range(20)]
    verdict = judge([*idle, change("mysql/daily", 60, 27, new=32, excused=32)])
    assert len(verdict.refused) == 27 and "more than the 14 allowed" in verdict.reason
    pushing = [change(f"claim-{number}/daily", 60, 5, new=32, excused=32) for number in range(20)]
    assert not judge(pushing).braked
    assert judge(
        [replace(item, beyond=tuple(f"{item.lineage}{n}" for n in range(6))) for item in pushing]
    ).braked


def test_new_points_of_one_lineage_account_for_nothing_of_another() -> None:
    busy = change("busy/daily", 60, new=60, excused=0)
    verdict = judge([busy, *(change(f"claim-{number}/daily", 10, 4) for number in range(20))])
    assert len(verdict.refused) == 80


def test_backups_on_demand_do_not_widen_what_may_go_of_scheduled_ones() -> None:
    slip = [change(f"claim-{number}/daily", 20, 8) for number in range(10)]
    asked_for = [change(f"busy-{number}/on-demand", 50, 2, built_in=True) for number in range(100)]
    verdict = judge([*asked_for, *slip])
    assert set(verdict.lineages) == {item.lineage for item in slip} and len(verdict.refused) == 80
    assert not judge(asked_for).braked
    assert judge([replace(item, points=8) for item in asked_for]).braked


def test_in_a_small_cluster_a_point_of_each_lineage_may_go_three_at_most() -> None:
    small = [change(f"claim-{number}/daily", 2, 1) for number in range(4)]
    assert not judge(small[:3]).braked
    assert judge(small).braked


def test_a_lineage_that_goes_too_far_is_refused_alone() -> None:
    verdict = judge([*OTHERS, change("slip/daily", 10, 9), change("calm/daily", 10, 2, new=1, excused=1)])
    assert verdict.lineages == ("slip/daily",)
    assert all(name.startswith("slip/daily-") for name in verdict.refused) and len(verdict.refused) == 9


def test_what_the_rest_loses_is_still_held_to_a_fifth_of_the_cluster() -> None:
    many = [change(f"many-{number}/daily", 10, 4) for number in range(20)]
    verdict = judge([change("slip/daily", 10, 9), *many])
    assert len(verdict.refused) == 9 + 80
    assert "80 beyond them elsewhere, more than the 42 allowed" in verdict.reason


def test_the_reason_holds_the_sums_of_all_lineages() -> None:
    verdict = judge([change("a/daily", 60, 18, new=2, excused=2), change("b/daily", 40, 7, new=1, excused=3)])
    assert verdict.reason == (
        "30 of 100 points would be deleted, 3 became ready since the last prune and account for 5: 25 "
        "beyond them, "
        "more than the 19 allowed (20 % of the cluster; in a small one, one point per lineage up to 3)"
    )
    assert (verdict.points, verdict.new, verdict.deletions) == (100, 3, 30)


def test_the_worst_lineage_is_the_one_furthest_beyond_its_limit() -> None:
    verdict = judge([*OTHERS, change("large/daily", 20, 11), change("small/daily", 8, 7)])
    assert "small/daily would lose 7 of 8" in verdict.reason
    assert verdict.reason.endswith("2 lineages go too far")
    assert verdict.lineages == ("large/daily", "small/daily")


def test_a_token_confirms_one_set_of_snapshots_of_one_cluster() -> None:
    assert token("myeks", ["snap-1", "snap-2"]) == token("myeks", ["snap-2", "snap-1"])
    others = [token("other", ["snap-1", "snap-2"]), token("myeks", ["snap-1"]), token("myeks", [])]
    assert len({token("myeks", ["snap-1", "snap-2"]), *others}) == 4
