"""Points of the report: what stays and why, what goes, and what goes with the next backup."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.points import PointState, SnapshotState
from snapkeep.domain.report.points import Outlook, ReportedPoint, reported_points
from tests.fakes.report_samples import (
    CLUSTER,
    NIGHTLY,
    NOW,
    a_snapshot,
    retentions,
    slots_ahead,
    slots_before,
)
from tests.fakes.world import a_policy

THREE = a_policy("nightly", schedule=NIGHTLY.schedule, retention={"last": 3})
NIGHTS = slots_before(THREE, 10)
RULES = retentions(slots_ahead([THREE]), [THREE])


def told(*snapshots: object) -> list[ReportedPoint]:
    return reported_points(snapshots, CLUSTER, RULES, NOW)  # type: ignore[arg-type]


def test_what_stays_says_why_and_the_one_that_the_next_backup_pushes_out_says_when() -> None:
    points = told(*(a_snapshot("data", slot) for slot in NIGHTS[-3:]))
    assert [point.fate for point in points] == [Outlook.STAYS, Outlook.STAYS, Outlook.NEXT]
    assert points[0].reasons == ("last 1/3",)
    assert points[2].goes_at == RULES.next_slots["nightly"]
    assert points[2].reasons[0] == "last 3/3"
    assert points[2].reasons[1].startswith("until 2026-11-24 17:00 UTC: no rule keeps it: last 3 filled")


def test_what_no_rule_keeps_goes_with_the_next_prune() -> None:
    points = told(*(a_snapshot("data", slot) for slot in NIGHTS[-4:]))
    assert points[-1].fate is Outlook.GOES
    assert points[-1].goes_at is None


def test_a_held_point_stays_whatever_the_next_backup_does() -> None:
    points = told(
        a_snapshot("data", NIGHTS[-3], hold="true"), *(a_snapshot("data", slot) for slot in NIGHTS[-2:])
    )
    assert points[-1].held
    assert points[-1].fate is Outlook.STAYS
    assert "held by the tag snapkeep:hold" in points[-1].reasons


def test_duplicates_are_left_out_and_tags_that_do_not_fit_are_kept_with_the_reason() -> None:
    edited = a_snapshot("data", NIGHTS[-1])
    edited.tags[tags.SLOT] = "20261101T000000Z"
    (point,) = told(a_snapshot("data", NIGHTS[-2], duplicate="true"), edited)
    assert (point.fate, point.state) == (Outlook.STAYS, PointState.PENDING)
    assert point.reasons == ("its tags contradict each other: somebody edited them",)


def test_twins_stay_both_and_say_so() -> None:
    one = a_snapshot("data", NIGHTS[-1])
    other = a_snapshot("data", NIGHTS[-1])
    points = told(one, type(one)(**{n: getattr(other, n) for n in other.__slots__} | {"id": "snap-0copy"}))
    assert len(points) == 2
    assert all("the same point" in point.reasons[0] for point in points)


def test_a_failed_snapshot_tells_its_trouble() -> None:
    (point,) = told(a_snapshot("data", NIGHTS[-1], state=SnapshotState.ERROR))
    assert point.state is PointState.FAILED
    assert point.reasons[0] == "failed, but no newer point is ready yet"


def test_nothing_goes_next_of_a_claim_that_is_gone() -> None:
    gone = type(RULES)(RULES.policies, {"uid-shop-data": NOW - timedelta(days=1)}, RULES.next_slots)
    points = reported_points([a_snapshot("data", slot) for slot in NIGHTS[-3:]], CLUSTER, gone, NOW)
    assert {point.fate for point in points} == {Outlook.STAYS}


def test_a_point_stores_at_most_all_the_blocks_it_can_give_back() -> None:
    known, unknown = told(
        a_snapshot("data", NIGHTS[-1], gib=10, full_gib=4), a_snapshot("data", NIGHTS[-2], gib=10)
    )
    assert (known.most_bytes, unknown.most_bytes) == (4 * 2**30, 10 * 2**30)
