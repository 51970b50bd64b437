"""The record of an incident: its lines once each, with the seconds that were left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import MOST_MOMENTS, IncidentRecord
from snapkeep.domain.interruption.saves import FRESH
from snapkeep.domain.interruption.urgency import LIFECYCLE_LIMIT
from tests.fakes.dying import HOOK, INSTANCE, NODE, a_notice

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORD = IncidentRecord(INSTANCE, "myeks", NODE)


def test_a_line_carries_the_seconds_left_and_is_written_once() -> None:
    record = RECORD.with_notices((a_notice(AT),)).noted(AT + timedelta(seconds=20), "cordon")
    assert [(moment.text, moment.seconds_left) for moment in record.timeline] == [("cordon", 100.0)]
    assert record.noted(AT + timedelta(seconds=50), "cordon") == record
    assert RECORD.noted(AT, "cordon").timeline[0].seconds_left is None


def test_lines_are_in_order_and_the_seconds_left_never_rise() -> None:
    record = RECORD.with_notices((a_notice(AT),))
    for seconds in (0, 30, 10, 30, 121, 20):
        record = record.noted(AT + timedelta(seconds=seconds), f"line {seconds} of {len(record.timeline)}")
    left = [moment.seconds_left for moment in record.timeline]
    assert left == [120.0, 110.0, 100.0, 90.0, 90.0, -1.0]


def test_a_timeline_keeps_its_newest_lines() -> None:
    record = RECORD
    for number in range(MOST_MOMENTS + 5):
        record = record.noted(AT, f"line {number}")
    assert len(record.timeline) == MOST_MOMENTS
    assert record.timeline[-1].text == f"line {MOST_MOMENTS + 4}"


def test_what_happened_before_it_was_over_is_told_again_when_it_happens_again() -> None:
    once = RECORD.with_notices((a_notice(AT),)).noted(AT, "cordon")
    over = replace(once, closed_at=AT + timedelta(minutes=12))
    again = over.with_notices((a_notice(AT + timedelta(days=1), key="event-2"),))
    at = AT + timedelta(days=1)
    assert [moment.seconds_left for moment in again.noted(at, "cordon").timeline] == [120.0, 120.0]
    assert again.noted(at, "cordon").noted(at, "cordon") == again.noted(at, "cordon")


def test_news_open_a_closed_incident_and_copies_do_not() -> None:
    closed = replace(RECORD.with_notices((a_notice(AT, Kind.REBALANCE, key="r"),)), closed_at=AT)
    assert closed.with_notices((a_notice(AT, Kind.REBALANCE, key="r"),)) == closed
    assert closed.with_notices((a_notice(AT),)).closed_at is None


def test_a_hook_waits_until_it_was_answered() -> None:
    record = RECORD.with_notices((a_notice(AT, Kind.LIFECYCLE, hook=HOOK),))
    assert record.hooks == (HOOK,)
    assert replace(record, answered=(HOOK.token,)).hooks == ()


def test_snapshots_are_taken_again_only_after_a_while() -> None:
    assert RECORD.needs_save(AT, AT)
    saved = replace(RECORD, saved_at=AT)
    later = AT + timedelta(seconds=1)
    assert not saved.needs_save(AT + FRESH - timedelta(seconds=1), later)
    assert saved.needs_save(AT + FRESH, later)


def test_snapshots_are_taken_again_only_for_news() -> None:
    saved = replace(RECORD, saved_at=AT)
    assert not saved.needs_save(AT + timedelta(hours=9), AT)


def test_a_hook_is_kept_waiting_from_its_own_call_on() -> None:
    long_ago = a_notice(AT - timedelta(days=9), Kind.REBALANCE, key="r")
    called = a_notice(AT, Kind.LIFECYCLE, key="t", hook=HOOK)
    record = RECORD.with_notices((long_ago, called))
    assert record.hooks_end(AT) == AT + LIFECYCLE_LIMIT
    assert record.with_notices((a_notice(AT, key="spot"),)).hooks_end(AT) == AT + timedelta(seconds=120)
    assert replace(record, answered=(HOOK.token,)).hooks_end(AT) is None
