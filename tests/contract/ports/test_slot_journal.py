"""What both journals, in memory and in DynamoDB, remember of slots."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.backup.slot_record import KnownSchedule, SlotRecord
from snapkeep.domain.policies import Schedule
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, SLOT, later


def test_what_is_remembered_of_slots_is_written_over_the_version_it_was_read_at(journal: Journal) -> None:
    empty = journal.slots.slot_record("myeks", "daily")
    assert empty == SlotRecord("myeks", "daily")
    schedule = Schedule("cron(0 18 * * ? *)", "Asia/Seoul", 15, timedelta(hours=2), enabled=False)
    record = replace(empty, schedules=(KnownSchedule(schedule, NOW),), taken=(SLOT, later(days=1)))
    assert journal.slots.write_slot_record(record)
    assert journal.slots.slot_record("myeks", "daily") == replace(record, version=1)
    assert not journal.slots.write_slot_record(empty)
    assert journal.slots.write_slot_record(replace(record, taken=(), version=1))
    assert not journal.slots.write_slot_record(replace(record, version=1))
    assert journal.slots.slot_record("myeks", "daily") == replace(record, taken=(), version=2)
    assert journal.slots.slot_record("other", "daily") == SlotRecord("other", "daily")
    assert journal.slots.slot_record("myeks", "weekly") == SlotRecord("myeks", "weekly")


def test_the_first_time_a_policy_is_seen_is_remembered(journal: Journal) -> None:
    assert journal.slots.first_seen("myeks", "daily", NOW) == NOW
    assert journal.slots.first_seen("myeks", "daily", later(days=1)) == NOW
    assert journal.slots.first_seen("myeks", "weekly", later(days=1)) == later(days=1)
