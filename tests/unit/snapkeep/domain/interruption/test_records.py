"""The record of an incident: its lines once each, with the seconds that were left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.records import MOST_MOMENTS, IncidentRecord
from snapkeep.domain.interruption.saves import FRESH
from tests.fakes.dying import HOOK, INSTANCE, NODE, a_notice

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORD = IncidentRecord(INSTANCE, "myeks", NODE)


def test_a_line_carries_the_seconds_left_and_is_written_once() -> None:
    record = RECORD.told_of((a_notice(AT),)).noted(AT + timedelta(seconds=20), "cordon")
    assert [(moment.text, moment.left) for moment in record.timeline] == [("cordon", 100.0)]
    assert record.noted(AT + timedelta(seconds=50), "cordon") == record
    assert RECORD.noted(AT, "cordon").timeline[0].left is None


def test_a_timeline_ends_somewhere() -> None:
    record = RECORD
    for number in range(MOST_MOMENTS + 5):
        record = record.noted(AT, f"line {number}")
    assert len(record.timeline) == MOST_MOMENTS


def test_news_open_a_closed_incident_and_copies_do_not() -> None:
    closed = replace(RECORD.told_of((a_notice(AT, Kind.REBALANCE, key="r"),)), closed_at=AT)
    assert closed.told_of((a_notice(AT, Kind.REBALANCE, key="r"),)) == closed
    assert closed.told_of((a_notice(AT),)).closed_at is None


def test_a_hook_waits_until_it_was_answered() -> None:
    record = RECORD.told_of((a_notice(AT, Kind.LIFECYCLE, hook=HOOK),))
    assert record.hooks == (HOOK,)
    assert replace(record, answered=(HOOK.token,)).hooks == ()


def test_snapshots_are_taken_again_only_after_a_while() -> None:
    assert RECORD.needs_save(AT)
    saved = replace(RECORD, saved_at=AT)
    assert not saved.needs_save(AT + FRESH - timedelta(seconds=1))
    assert saved.needs_save(AT + FRESH)
