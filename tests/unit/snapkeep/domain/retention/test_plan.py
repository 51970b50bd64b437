"""Plans of one lineage: what the rules of ours add to those of restic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from snapkeep.domain.retention.candidates import Candidate, archived, held, in_recycle_bin, locked
from snapkeep.domain.retention.plan import Circumstances, Earlier, RetentionPlan, plan
from snapkeep.domain.retention.rules import parse_retention
from tests.unit.snapkeep.domain.retention.retention_stories import (
    DELETING,
    FAILED,
    NOW,
    PENDING,
    READY,
    delete,
    keep,
    point,
    utc,
)

WEEK = [f"11-{day}" for day in range(22, 15, -1)]


def planned(block: dict[str, object], *points: Candidate, **circumstances: object) -> RetentionPlan:
    return plan(points, parse_retention(block), UTC, NOW, Circumstances(**circumstances))  # type: ignore[arg-type]


def test_nothing_is_planned_for_nothing() -> None:
    assert planned({"last": 1}) == RetentionPlan((), ())


def test_what_is_not_ready_takes_nobodys_place() -> None:
    result = planned(
        {"last": 1}, point("11-22", PENDING), point("11-21", FAILED), point("11-20"), point("11-19", DELETING)
    )

    assert keep(result) == {
        "11-22": ("pending: only ready points count",),
        "11-21": ("failed, but no newer point is ready yet",),
        "11-20": ("last 1/1",),
        "11-19": ("deleting: its deletion is under way",),
    }


def test_a_failed_point_goes_once_a_newer_one_is_ready() -> None:
    result = planned({"last": 1}, point("11-22"), point("11-21", FAILED))

    assert delete(result) == {"11-21": "failed, and a newer ready point exists"}


def test_a_late_point_stays_and_is_called_late() -> None:
    result = planned({"last": 1}, point("11-22"), point("11-21", PENDING, late=True))

    assert keep(result)["11-21"] == ("late: pending for too long; only ready points count",)


def test_points_of_tomorrow_neither_count_nor_go() -> None:
    result = planned({"last": 1}, point("11-24"), point("11-25", FAILED), point("11-22"), point("11-21"))

    assert keep(result) == {
        "11-25": ("dated in the future: neither counted nor deleted",),
        "11-24": ("dated in the future: neither counted nor deleted",),
        "11-22": ("last 1/1",),
    }
    assert list(delete(result)) == ["11-21"]


def test_the_minimum_stays_whatever_the_rules_say() -> None:
    result = planned({"last": 1, "minimum": 3, "max_age": "1h"}, *map(point, WEEK))

    assert keep(result) == {
        "11-22": ("minimum 1/3",),
        "11-21": ("minimum 2/3",),
        "11-20": ("minimum 3/3",),
    }
    assert set(delete(result).values()) == {"older than max_age 1h"}


def test_max_age_lets_go_what_a_rule_keeps_but_never_the_last() -> None:
    result = planned({"yearly": "all", "max_age": "1y"}, point("2024-06-01"), point("2023-06-01"))

    assert keep(result) == {"2024-06-01": ("last ready point of its lineage",)}
    assert delete(result) == {"2023-06-01": "older than max_age 1y"}


def test_a_protected_point_stays_and_says_until_when() -> None:
    lock = locked("compliance", utc("2027-01-31"))

    result = planned({"last": 1}, point("11-22", READY, held("alice")), point("11-21", READY, lock))

    assert keep(result) == {
        "11-22": ("last 1/1", "held by alice"),
        "11-21": ("locked (compliance) until 2027-01-31 00:00 UTC",),
    }


def test_what_must_be_fetched_first_is_no_last_good_point() -> None:
    result = planned(
        {"last": 1},
        point("11-22", READY, in_recycle_bin(None)),
        point("11-21", READY, archived(None)),
        point("11-20"),
        point("11-19"),
    )

    assert keep(result)["11-20"] == ("last 1/1",)
    assert list(delete(result)) == ["11-19"]


def test_two_points_of_one_second_are_two_points() -> None:
    result = planned({"last": 1}, point("11-22", id="a"), point("11-22", id="b"))

    assert (list(keep(result)), list(delete(result))) == (["b"], ["a"])


def test_a_point_of_a_built_in_policy_goes_once_the_claim_has_a_newer_one() -> None:
    points = [point("10-20"), point("10-10")]

    alone = planned({"within": "5d"}, *points, builtin=True)
    shielded = planned({"within": "5d"}, *points, builtin=True, newer_elsewhere=utc("11-22"))

    assert keep(alone) == {"10-20": ("within 5d",)}
    assert keep(shielded) == {}
    assert delete(shielded)["10-20"] == "no rule keeps it: older than within 5d"


def test_a_point_of_a_built_in_policy_stays_while_what_the_claim_has_elsewhere_is_older() -> None:
    result = planned({"last": 1, "max_age": "1d"}, point("10-20"), builtin=True, newer_elsewhere=utc("10-20"))

    assert keep(result) == {"10-20": ("last ready point of its claim",)}


def test_a_scheduled_lineage_keeps_its_last_point_though_the_claim_has_newer_ones() -> None:
    result = planned({"last": 1, "max_age": "1d"}, point("10-20"), newer_elsewhere=utc("11-22"))

    assert keep(result) == {"10-20": ("last ready point of its lineage",)}


def test_a_failed_on_demand_point_goes_once_the_claim_has_a_newer_one() -> None:
    result = planned({"within": "30d"}, point("11-20", FAILED), builtin=True, newer_elsewhere=utc("11-22"))

    assert list(delete(result)) == ["11-20"]


def before(block: dict[str, object], hours_ago: int) -> Earlier:
    return Earlier(parse_retention(block), UTC, NOW - timedelta(hours=hours_ago))


def test_a_lowered_retention_spares_existing_points_for_three_days_and_says_so() -> None:
    result = planned({"last": 2}, *map(point, WEEK), earlier=(before({"last": 4}, 71),))

    assert keep(result) == {
        "11-22": ("last 1/2",),
        "11-21": ("last 2/2",),
        "11-20": ("grace until 2026-11-23 07:00 UTC: last 3/4 by the rules before 2026-11-20 07:00 UTC",),
        "11-19": ("grace until 2026-11-23 07:00 UTC: last 4/4 by the rules before 2026-11-20 07:00 UTC",),
    }


def test_when_the_grace_ends_the_lowered_retention_applies() -> None:
    result = planned({"last": 2}, *map(point, WEEK), earlier=(before({"last": 4}, 72),))

    assert list(keep(result)) == ["11-22", "11-21"]


def test_a_raised_retention_applies_at_once() -> None:
    assert planned({"last": 4}, *map(point, WEEK), earlier=(before({"last": 2}, 1),)) == planned(
        {"last": 4}, *map(point, WEEK)
    )


def test_two_changes_in_a_row_each_have_their_grace() -> None:
    result = planned(
        {"last": 1}, *map(point, WEEK), earlier=(before({"last": 3}, 70), before({"daily": 2}, 2))
    )

    assert {id: reasons[0][:29] for id, reasons in keep(result).items()} == {
        "11-22": "last 1/1",
        "11-21": "grace until 2026-11-23 08:00 ",
        "11-20": "grace until 2026-11-23 08:00 ",
    }


def test_a_claim_that_is_gone_keeps_its_points_as_before() -> None:
    assert planned({"daily": 3}, *map(point, WEEK), gone_since=utc("2020-01-01")) == planned(
        {"daily": 3}, *map(point, WEEK)
    )


@pytest.mark.parametrize(("gone_since", "left"), [("11-16 07:00", 3), ("11-16 06:00", 1)])
def test_after_its_time_a_claim_that_is_gone_keeps_its_last_point_only(gone_since: str, left: int) -> None:
    result = planned({"daily": 3, "after_claim_deleted": "7d"}, *map(point, WEEK), gone_since=utc(gone_since))

    assert list(keep(result)) == WEEK[:left]
    if left == 1:
        assert keep(result)["11-22"] == ("last ready point of its lineage",)
        assert delete(result)["11-21"] == (
            "its claim has been gone since 2026-11-16 06:00 UTC: after_claim_deleted 7d has passed"
        )


def test_points_that_come_in_another_offset_mean_the_same() -> None:
    seoul = timezone(timedelta(hours=9))
    shifted = [Candidate(day, utc(day).astimezone(seoul), READY) for day in WEEK]

    assert keep(planned({"daily": 3}, *shifted)) == keep(planned({"daily": 3}, *map(point, WEEK)))


DAY = timedelta(days=1)


def test_while_backups_are_late_age_lets_nothing_go_and_the_point_says_so() -> None:
    points = [point(f"10-{day:02}") for day in range(20, 0, -1)]
    rules: dict[str, object] = {"last": 30, "max_age": "10d"}
    healthy = planned(rules, *points)
    assert len(healthy.keep) == 1
    late = planned(rules, *points, spacing=DAY)
    assert len(late.keep) == 11
    assert keep(late)["10-10"] == (
        "last 11/30",
        "spared by max_age 10d: no newer point has become ready since 2026-10-20 00:00 UTC",
    )
    assert delete(late)["10-09"] == "older than max_age 10d"


@pytest.mark.parametrize("trouble", [point("11-22", FAILED), point("11-22", PENDING, late=True)])
def test_a_newer_point_that_failed_or_hangs_stops_age_at_once(trouble: Candidate) -> None:
    points = [point(f"11-{day:02}") for day in range(21, 0, -1)]
    rules: dict[str, object] = {"last": 30, "max_age": "10d"}
    assert len(planned(rules, trouble, *points, spacing=30 * DAY).delete) == 10
    assert len(planned(rules, *points, spacing=30 * DAY).delete) > 10


@pytest.mark.parametrize("over", [{"gone_since": utc("10-20")}, {"builtin": True}, {"spacing": timedelta()}])
def test_age_goes_on_for_claims_that_are_gone_and_policies_without_a_schedule(
    over: dict[str, object],
) -> None:
    points = [point(f"10-{day:02}") for day in range(20, 0, -1)]
    result = planned({"last": 30, "max_age": "10d"}, *points, **{"spacing": DAY, **over})
    assert len(result.keep) == 1


def archived_on(day: str, text: str) -> Candidate:
    """The point of that time, archived by its policy on a day."""
    return replace(point(text), archived_at=utc(day))


def test_an_archived_point_says_until_when_it_is_billed() -> None:
    result = planned(
        {"last": 1}, point("11-22"), archived_on("10-01", "07-30"), archived_on("08-01", "06-30")
    )
    assert keep(result)["07-30"] == (
        "EC2 bills it in the archive tier until about 2027-01-02 00:00 UTC whether it stays or not (no rule "
        "keeps it: last 1 filled by newer points)",
    )
    assert list(delete(result)) == ["06-30"]


def test_max_age_deletes_an_archived_point_and_says_what_is_billed() -> None:
    block: dict[str, object] = {"monthly": 12, "max_age": "100d"}
    assert delete(planned(block, point("11-22"), archived_on("10-01", "07-30"))) == {
        "07-30": "older than max_age 100d; EC2 bills it in the archive tier until about 2027-01-02 00:00 UTC "
        "all the same"
    }


def test_archived_points_count_for_the_rules() -> None:
    old = [archived_on("08-01", f"{month:02}-15") for month in range(1, 7)]
    result = planned({"monthly": 8}, *old, *(point(f"{month:02}-15") for month in range(7, 12)))
    assert list(keep(result)) == [f"{month:02}-15" for month in range(11, 3, -1)]


def test_archived_points_are_not_the_minimum_that_can_be_restored_at_once() -> None:
    result = planned(
        {"last": 1, "minimum": 2},
        archived_on("08-01", "11-22"),
        point("11-21"),
        point("11-20"),
        point("11-19"),
    )
    assert list(delete(result)) == ["11-19"]
