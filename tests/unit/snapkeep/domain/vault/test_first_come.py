"""What a vault keeps, in stories: the copy that came first in each period, for as long as the rules look
back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.lineages import Lineage, PolicyRetention, plan_lineages
from snapkeep.domain.retention.plan import Circumstances, RetentionPlan, plan
from snapkeep.domain.retention.rules import parse_retention
from tests.unit.snapkeep.domain.retention.retention_stories import NOW, READY, delete, keep, utc

VAULT = Circumstances(first_come=True)
DAY = timedelta(days=1)


def copy(text: str, arrived: str = "", state: PointState = READY) -> Candidate:
    """A copy whose id is the time of its data, and which came at that time unless said."""
    return Candidate(text, utc(text), state, arrived=utc(arrived or text))


def planned(rules: dict[str, object], *copies: Candidate, now: datetime = NOW) -> RetentionPlan:
    return plan(copies, parse_retention(rules), UTC, now, VAULT)


def test_the_copy_that_came_first_on_a_day_stays_and_says_so() -> None:
    first, second, newest = copy("11-22 02:00"), copy("11-22 08:00"), copy("11-23 02:00")

    result = planned({"daily": 14}, first, second, newest)

    assert keep(result) == {
        "11-22 02:00": ("first copy of 2026-11-22 (daily 14)",),
        "11-23 02:00": ("first copy of 2026-11-23 (daily 14)",),
    }
    assert delete(result) == {"11-22 08:00": "no rule keeps it: not the first copy of 2026-11-22 (daily 14)"}


def test_it_is_arrival_that_counts_not_the_age_of_the_data() -> None:
    came_first, older_data = copy("11-20 08:00", "11-20 09:00"), copy("11-20 02:00", "11-21 09:00")

    result = planned({"daily": 14}, came_first, older_data, copy("11-23"))

    assert set(delete(result)) == {"11-20 02:00"}


def test_each_rule_names_its_period() -> None:
    rules: dict[str, object] = dict.fromkeys(("hourly", "daily", "weekly", "monthly", "yearly"), 2)

    result = planned(rules | {"within": "7d", "within_daily": "1m"}, copy("11-23 05:30"))

    assert keep(result)["11-23 05:30"] == (
        "first copy of 2026-11-23 05:00 (hourly 2)",
        "first copy of 2026-11-23 (daily 2)",
        "first copy of 2026-W48 (weekly 2)",
        "first copy of 2026-11 (monthly 2)",
        "first copy of 2026 (yearly 2)",
        "within 7d",
        "first copy of 2026-11-23 (daily within 1m)",
    )


def test_a_rule_looks_back_from_now_and_keeps_what_was_newest_before() -> None:
    copies = [copy(f"11-{day:02} 02:00") for day in (5, 6, 19, 20, 21)]

    result = planned({"daily": 3}, *copies)

    assert keep(result) == {
        "11-21 02:00": ("first copy of 2026-11-21 (daily 3)",),
        "11-20 02:00": ("newest copy that was there before 2026-11-21 00:00 UTC (daily 3)",),
    }
    assert delete(result)["11-19 02:00"] == "no rule keeps it: older than daily 3"


def test_days_are_those_of_the_vaults_zone() -> None:
    seoul = ZoneInfo("Asia/Seoul")
    evening, night = copy("11-21 14:00"), copy("11-21 16:00")  # the 21st and the 22nd in Seoul
    rules = parse_retention({"daily": 9})

    assert not plan([evening, night, copy("11-23")], rules, seoul, NOW, VAULT).delete
    assert len(plan([evening, night, copy("11-23")], rules, UTC, NOW, VAULT).delete) == 1


def test_a_silent_source_keeps_its_last_copy_for_ever() -> None:
    result = planned({"daily": 14, "monthly": 12}, copy("2020-05-05"), copy("2020-05-06"))

    assert list(keep(result)) == ["2020-05-06"]


def test_a_copy_after_a_long_silence_ends_the_last_one_only_after_the_rules_time() -> None:
    last, poison = copy("2025-01-01"), copy("11-23 05:00")
    rules: dict[str, object] = {"daily": 14}

    assert not planned(rules, last, poison).delete
    assert not planned(rules, last, poison, now=NOW + 13 * DAY).delete
    assert set(delete(planned(rules, last, poison, now=NOW + 14 * DAY))) == {"2025-01-01"}


def test_a_copy_of_a_time_before_now_replaces_nothing_that_is_there() -> None:
    there = [copy("10-01"), copy("11-01"), copy("11-22")]
    made_up = [copy(f"{text} 00:00", "11-23 05:00") for text in ("10-01", "11-01", "11-22", "09-01", "11-21")]

    kept = keep(planned({"daily": 2, "monthly": 3}, *there, *made_up))

    assert {each.id for each in there} <= set(kept)


def test_nothing_goes_by_a_rule_that_counts_copies() -> None:
    assert not planned({"last": 1}, copy("11-01"), copy("11-02"), copy("11-23")).delete


def test_only_good_copies_hold_a_period() -> None:
    result = planned({"daily": 14}, copy("11-22 01:00", state=PointState.PENDING), copy("11-22 02:00"))

    assert set(keep(result)) == {"11-22 01:00", "11-22 02:00"}


def test_no_policy_name_ends_the_last_copy_of_another_lineage() -> None:
    retention = PolicyRetention(parse_retention({"daily": 2}), first_come=True)
    on_demand = Lineage("c", "on-demand", [copy("2025-01-01")])
    nightly = Lineage("c", "nightly", [copy("11-23")])

    plans = plan_lineages([nightly, on_demand], {"nightly": retention, "on-demand": retention}, NOW)

    assert not any(item.plan.delete for item in plans)


def test_thirty_nights_of_poison_push_out_no_good_night_before_its_time() -> None:
    """The good nights end on the 30th of August; then as many bad copies come as the attacker likes, with
    data of any time."""
    rules, names = parse_retention({"daily": 14, "monthly": 12}), count()
    start = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
    good = [
        Candidate(f"{start + n * DAY:%m-%d}", start + n * DAY, READY, arrived=start + n * DAY)
        for n in range(61)
    ]
    there: Sequence[Candidate] = ()
    seen = {}
    for night in range(91):
        now = start + night * DAY + timedelta(hours=3)
        came = good[night : night + 1] or list(_poison(now, good, names))
        kept = plan([*there, *came], rules, UTC, now, VAULT).keep
        there = [item.point for item in kept]
        seen[night] = {point.id for point in there}

    last_good = 60
    for later in range(last_good, 91):
        days = {each.id for each in good[max(0, later - 13) : last_good + 1]}
        assert days | {"07-01", "08-01"} <= seen[later]
    assert "08-30" in seen[last_good + 14]


def _poison(now: datetime, good: Sequence[Candidate], names: Iterator[int]) -> Iterator[Candidate]:
    for shift in (timedelta(minutes=-5), timedelta(minutes=5)):
        for each in good[-40:]:
            yield Candidate(f"bad-{next(names)}", each.time + shift, READY, arrived=now - timedelta(hours=1))
    yield Candidate(f"bad-{next(names)}", now - timedelta(minutes=1), READY, arrived=now)
