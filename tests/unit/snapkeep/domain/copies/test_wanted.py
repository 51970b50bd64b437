"""Which points get copied: the newest of each period, never twice, nothing that the place would not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.copies.wanted import Choice, choose
from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.plan import plan
from snapkeep.domain.retention.rules import parse_retention
from tests.unit.snapkeep.domain.copies.copy_samples import copy_at, source_at

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NOW = MONDAY + timedelta(days=30)
BERLIN = ZoneInfo("Europe/Berlin")
EACH = CopyRule("osaka", {"daily": 14, "monthly": 12})
DAILY = CopyRule("osaka", {"daily": 14, "monthly": 12}, Every(Period.DAY))
WEEKLY = CopyRule("osaka", {"weekly": 8}, Every(Period.WEEK))


def hours(*numbers: float, since: datetime = MONDAY) -> list[datetime]:
    return [since + timedelta(hours=number) for number in numbers]


def chosen(
    taken: Sequence[datetime],
    copied: Sequence[datetime],
    rule: CopyRule,
    zone: tzinfo = UTC,
    **more: Sequence[str],
) -> Choice:
    return choose(map(source_at, taken), map(copy_at, copied), rule, zone, NOW, **more)


def wanted(choice: Choice) -> list[datetime]:
    """When the wanted points were taken, newest first."""
    return [item.source.taken for item in choice.wanted]


def test_a_new_place_begins_with_the_newest_point() -> None:
    choice = chosen(hours(0, 24, 48), [], EACH)
    assert wanted(choice) == hours(48)
    assert {item.reason for item in choice.passed_over} == {"from before osaka began (backfill: 1)"}


def test_a_backfill_begins_with_more_points_as_far_as_the_place_would_keep_them() -> None:
    rule = CopyRule("osaka", {"daily": 2}, backfill=3)
    choice = chosen(hours(0, 24, 30, 48), [], rule)
    assert wanted(choice) == hours(48, 30)
    assert [(item.source.taken, item.reason) for item in choice.passed_over] == [
        (hours(24)[0], "overtaken by the point of 2026-11-25 00:00 UTC, and no rule of osaka would keep it"),
        (hours(0)[0], "from before osaka began (backfill: 3)"),
    ]
    assert wanted(chosen(hours(0, 24, 30, 48), hours(48), rule)) == hours(30)
    assert wanted(chosen(hours(0, 24, 30, 48), hours(48, 30), rule)) == []


def test_points_that_a_newer_one_overtook_are_copied_only_if_the_place_would_keep_them() -> None:
    choice = chosen(hours(24, 30, 36, 48, 54), hours(0), EACH)
    assert wanted(choice) == hours(54, 36)
    first, second = (item.reason for item in choice.wanted)
    assert (first, second) == ("no copy yet", "no copy yet; osaka keeps it: daily 2/14")
    assert {item.source.taken for item in choice.passed_over} == {*hours(24, 30, 48)}


def test_one_point_of_each_day_is_copied_the_newest() -> None:
    assert wanted(chosen(hours(24, 30, 48, 50), hours(0), DAILY)) == hours(50, 30)
    assert wanted(chosen(hours(24, 30, 48, 50, 52), hours(0, 48), DAILY)) == hours(30)
    assert chosen(hours(48, 50, 52), hours(48), DAILY) == Choice()


def test_one_point_of_each_week_is_copied() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(17)]
    assert wanted(chosen(days, [MONDAY], WEEKLY)) == [days[16], days[13]]


def test_days_are_those_of_the_schedules_zone() -> None:
    late, early = hours(23.5, 47)
    assert wanted(chosen([late, early], [MONDAY], DAILY)) == [early]
    # In Berlin the first of them is already the next day.
    assert wanted(chosen([late], [MONDAY], DAILY, BERLIN)) == [late]
    assert wanted(chosen([late], [MONDAY], DAILY)) == []


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_with_a_changed_clock_are_one_day_each(day: str, length: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    taken = [midnight + timedelta(hours=number) for number in range(-1, length + 1)]
    before, *inside, after = taken
    # A rule that keeps every point has no say in which are chosen.
    rule = CopyRule("osaka", {"last": "all"}, Every(Period.DAY))
    found = choose(map(source_at, taken), [copy_at(before)], rule, BERLIN, after)
    assert wanted(found) == [after, inside[-1]]


def test_every_third_point_is_copied_counted_from_the_last_copy() -> None:
    rule = CopyRule("osaka", {"last": "all"}, Every(number=3))
    days = [MONDAY + timedelta(days=number) for number in range(9)]
    assert wanted(chosen(days, [days[1]], rule)) == [days[7], days[4]]
    assert wanted(chosen(days[:4], [days[1]], rule)) == []
    assert wanted(chosen(days, [], rule)) == [days[8]]


def test_a_rule_of_every_third_does_not_wait_for_points_that_are_gone() -> None:
    rule = CopyRule("osaka", {"last": 9}, Every(number=3))
    days = [MONDAY + timedelta(days=number) for number in range(4)]
    choice = chosen(days[2:], [days[0]], rule)
    assert wanted(choice) == [days[3]]
    assert choice.wanted[0].reason == "every 3 points, and the last one copied is gone"
    assert wanted(chosen(days, [days[0], days[3]], rule)) == []


def test_a_failed_or_deleted_or_second_copy_is_none() -> None:
    taken = hours(0, 24)
    for state in (CopyState.FAILED, CopyState.DELETING):
        choice = choose(
            map(source_at, taken), [copy_at(taken[0]), copy_at(taken[1], state=state)], EACH, UTC, NOW
        )
        assert wanted(choice) == taken[1:]
    pending = copy_at(taken[1], state=CopyState.PENDING)
    assert choose(map(source_at, taken), [copy_at(taken[0]), pending], EACH, UTC, NOW) == Choice()


def test_a_copy_under_way_that_ec2_does_not_show_yet_counts_as_one() -> None:
    taken = hours(24, 30)
    under_way = [source_at(taken[0]).point_id]
    assert wanted(chosen(taken, hours(0), DAILY, under_way=under_way)) == []
    assert wanted(chosen(taken, hours(0), EACH, under_way=under_way)) == taken[1:]


def test_a_point_that_cannot_be_copied_gives_its_period_to_the_next() -> None:
    taken = hours(24, 30)
    given_up = [source_at(taken[1]).point_id]
    assert wanted(chosen(taken, hours(0), DAILY, given_up=given_up)) == taken[:1]


def test_of_two_snapshots_of_one_point_neither_is_copied() -> None:
    one = source_at(MONDAY)
    other = Source(one.point_id, one.claim, one.policy, one.slot, one.taken, "snap-other", one.volume_id)
    older = source_at(MONDAY - timedelta(days=1))
    choice = choose([one, other, older], [], EACH, UTC, NOW)
    assert wanted(choice) == [older.taken]
    ((unclear,), reason) = ([each.source for each in choice.unclear], choice.unclear[0].reason)
    assert unclear.point_id == one.point_id and one.snapshot_id in reason and "snap-other" in reason
    assert choose([one, other], [copy_at(MONDAY)], EACH, UTC, NOW).unclear == ()
    assert wanted(choose([one, one], [], EACH, UTC, NOW)) == [one.taken]


def test_a_point_of_the_future_waits() -> None:
    assert wanted(choose([source_at(NOW + timedelta(seconds=1))], [], EACH, UTC, NOW)) == []


def test_what_the_place_has_let_go_is_not_called_back() -> None:
    # `monthly` is not filled, so the oldest copy stays; the points between are no reason to copy them anew.
    taken = [MONDAY + timedelta(days=number) for number in range(20)]
    rule = CopyRule("osaka", {"last": 2, "monthly": 12}, backfill=20)
    copies: list[Copy] = [copy_at(time) for time in (taken[0], taken[18], taken[19])]
    assert wanted(choose(map(source_at, taken[1:]), copies, rule, UTC, taken[19])) == [
        time for time in taken if time == datetime(2026, 11, 30, tzinfo=UTC)
    ]


retentions = st.sampled_from(
    [{"last": 1}, {"last": 3}, {"daily": 2, "monthly": 3}, {"weekly": 2}, {"within": "2d"}, {"last": "all"}]
)
frequencies = st.sampled_from([Every(), Every(Period.DAY), Every(Period.WEEK), Every(number=3)])
zones = st.sampled_from([UTC, BERLIN, ZoneInfo("Australia/Lord_Howe")])
gaps = st.lists(st.sampled_from([1, 6, 6, 6, 24, 24, 100, 900]), min_size=1, max_size=25)


def kept(
    times: Sequence[datetime], retention: Mapping[str, object], zone: tzinfo, now: datetime
) -> list[datetime]:
    """What prune leaves."""
    points = [Candidate(str(time), time, PointState.READY) for time in times]
    return [fate.point.time for fate in plan(points, parse_retention(retention), zone, now).keep]


def period_of(time: datetime, every: Every, zone: tzinfo) -> object:
    local = time.astimezone(zone)
    return {Period.SLOT: time, Period.DAY: local.date(), Period.WEEK: local.isocalendar()[:2]}[every.period]


@given(gaps, retentions, retentions, frequencies, zones, st.integers(1, 4), st.data())
def test_over_time_no_point_is_copied_twice_and_the_newest_period_is_never_left_out(
    gaps: list[int],
    at_home: dict[str, int | str],
    there: dict[str, int | str],
    every: Every,
    zone: tzinfo,
    backfill: int,
    data: st.DataObject,
) -> None:
    rule = CopyRule("osaka", there, every, backfill=backfill)
    now = datetime(2026, 10, 20, tzinfo=UTC)
    points: list[datetime] = []
    copies: list[datetime] = []
    ever: list[datetime] = []
    for gap in gaps:
        now += timedelta(hours=gap)
        points = kept([*points, now], at_home, zone, now)
        before = list(copies)
        while choice := wanted(choose(map(source_at, points), map(copy_at, copies), rule, zone, now)):
            copies.append(choice[0])
            ever.append(choice[0])
        assert len(set(ever)) == len(ever)
        assert before or max(copies) == now
        assert len([time for time in points if time > max(copies)]) < every.number or every.number == 1
        if every.number == 1:
            assert period_of(max(copies), every, zone) == period_of(now, every, zone)
            # A longer backfill may fill a period anew whose copy the place has let go.
            assert backfill > 1 or len({period_of(time, every, zone) for time in ever}) == len(ever)
        if data.draw(st.booleans(), label="prune"):
            copies = kept(copies, there, zone, now)
