"""Claims of the report: failing before late, gone ones with what is left, and how old a point may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.policies import Schedule
from snapkeep.domain.report import coverage
from snapkeep.domain.report.claims import (
    DAYS,
    ClaimState,
    Day,
    Failure,
    Past,
    ReportedClaim,
    days_of,
    objective,
    reported_claims,
)
from snapkeep.domain.report.points import reported_points
from tests.fakes.report_claims import a_promise
from tests.fakes.report_samples import (
    CLUSTER,
    NIGHTLY,
    NOW,
    WEEKLY,
    a_covered,
    a_snapshot,
    left,
    retentions,
    slots_ahead,
    slots_before,
)

AHEAD = slots_ahead()
NIGHTS = slots_before(NIGHTLY, 10)
NIGHT = next(slot for slot in AHEAD["nightly"] if slot > NOW)


def a_failure(slot_number: int, policy: str = "nightly") -> Failure:
    return Failure("shop", "data", policy, NIGHTS[slot_number], "the KMS key is disabled")


def reported(*failures: Failure, good: int = -1, missed: bool = False) -> ReportedClaim:
    """shop/data with a good point at that night."""
    promise = a_promise(NIGHTLY, NIGHTS[: good + 1 or None], NIGHT, missed=NIGHTS[-1] if missed else None)
    points = reported_points([a_snapshot("data", NIGHTS[good])], CLUSTER, retentions(AHEAD), NOW)
    (claim,) = reported_claims(
        [a_covered("data", promise)], points, failures, {"nightly": timedelta(hours=26)}
    )
    return claim


def test_a_claim_whose_newest_backup_failed_is_failing_with_the_reason_also_when_it_is_late() -> None:
    claim = reported(a_failure(-1), good=-3, missed=True)
    assert claim.state is ClaimState.FAILING
    assert claim.reason.startswith("policy nightly failed at 2026-11-23 17:00 UTC: the KMS key is disabled; ")


def test_a_failure_is_over_once_a_later_point_of_the_policy_is_good() -> None:
    assert reported(a_failure(-2)).state is ClaimState.PROTECTED


def test_a_failure_under_a_policy_that_does_not_take_the_claim_any_more_is_over() -> None:
    assert reported(a_failure(-1, "before"), good=-2).state is ClaimState.PROTECTED


def test_a_protected_claim_knows_its_age_and_objective() -> None:
    claim = reported()
    assert claim.age(NOW) == NOW - NIGHTS[-1]
    assert claim.objective == timedelta(hours=26)
    assert claim.policies == ("nightly",)


def test_points_of_a_claim_that_is_gone_are_still_shown_and_can_be_restored() -> None:
    points = reported_points(
        [a_snapshot("old", slot) for slot in NIGHTS[-2:]], CLUSTER, retentions(AHEAD), NOW
    )
    (claim,) = reported_claims([], points, [], {})
    assert claim.state is ClaimState.GONE
    assert claim.reason == "the claim no longer exists in the cluster; 2 recovery points are left"
    assert claim.last_good_id == claim.points[0].id


def test_the_worst_come_first() -> None:
    unlabelled = coverage.not_covered(left("a", "unlabelled", Code.NO_POLICY, "no policy takes it"))
    late = a_covered("late", a_promise(NIGHTLY, NIGHTS[:-2], NIGHT, missed=NIGHTS[-1]))
    fine = a_covered("fine", a_promise(NIGHTLY, NIGHTS, NIGHT))
    states = [claim.state for claim in reported_claims([fine, late, unlabelled], [], [], {})]
    assert states == [ClaimState.UNPROTECTED, ClaimState.LATE, ClaimState.PROTECTED]


def test_the_objective_is_the_longest_way_between_slots_and_what_a_run_may_take() -> None:
    assert objective(NIGHTLY.schedule, AHEAD["nightly"]) == timedelta(hours=24 + 2, minutes=5)
    assert objective(WEEKLY.schedule, AHEAD["weekly"]) == timedelta(days=7, hours=2)
    assert objective(Schedule("rate(6 hours)"), ()) == timedelta(hours=8)


def test_without_known_slots_or_while_paused_there_is_no_objective() -> None:
    assert objective(Schedule("cron(0 0 L * ? *)"), ()) is None
    assert objective(Schedule("rate(6 hours)", enabled=False), ()) is None


MONTH_AGO = NOW - timedelta(days=DAYS)


def days(*, good: list[int], failed: list[int], since: datetime = MONTH_AGO) -> tuple[Day, ...]:
    """The days of shop/data by nights in the journal; one point is left, of the newest night."""
    name = ("shop", "data")
    past = Past({name: [NIGHTS[n] for n in good]}, {name: [NIGHTS[n] for n in failed]}, since)
    return days_of(reported(), past, "Asia/Seoul", NOW)


def test_a_day_is_good_if_any_point_was_and_failed_only_if_none_was() -> None:
    found = days(good=[-3, -4], failed=[-2, -4])
    assert len(found) == DAYS
    assert found[-5:] == (Day.NONE, Day.GOOD, Day.GOOD, Day.FAILED, Day.GOOD)


def test_a_day_that_nobody_read_is_unknown_unless_a_point_of_it_is_left() -> None:
    found = days(good=[], failed=[], since=NIGHTS[-1])
    assert set(found[:-1]) == {Day.UNKNOWN}
    assert found[-1] is Day.GOOD


def test_days_begin_at_midnight_in_the_zone_of_the_report() -> None:
    late = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 01:00 of the 23rd in Seoul, where it is the 24th now
    past = Past({("shop", "data"): [late]}, {}, MONTH_AGO)
    claim = reported()
    assert days_of(claim, past, "Asia/Seoul", NOW)[-3:] == (Day.NONE, Day.GOOD, Day.GOOD)
    assert days_of(claim, past, "UTC", NOW)[-3:] == (Day.GOOD, Day.GOOD, Day.NONE)
