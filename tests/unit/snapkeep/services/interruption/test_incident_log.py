"""A record that several functions write at once keeps what each of them wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.services.interruption.incident_log import WRITES, IncidentLog
from tests.fakes.clock import TestClock
from tests.fakes.dying import INSTANCE, NODE
from tests.fakes.nodes import FakeNews
from tests.fakes.stores.incidents import MemoryIncidents
from tests.fakes.world import SLOT

RECORD = IncidentRecord(INSTANCE, "myeks", NODE)


def a_log() -> tuple[IncidentLog, MemoryIncidents]:
    records = MemoryIncidents()
    return IncidentLog(records, FakeNews(), TestClock(SLOT)), records


def texts(record: IncidentRecord) -> list[str]:
    return [moment.text for moment in record.timeline]


def test_what_another_wrote_in_between_stays() -> None:
    log, records = a_log()
    read = log.note(RECORD, "first")
    records.meanwhile("write_incident", lambda: log.note(read, "theirs"))
    written = log.note(read, "ours")
    assert texts(written) == ["first", "theirs", "ours"]
    assert records.incident(INSTANCE) == written


def test_two_first_writers_make_one_record() -> None:
    log, records = a_log()
    records.meanwhile("write_incident", lambda: log.note(RECORD, "theirs"))
    assert texts(log.note(RECORD, "ours")) == ["theirs", "ours"]


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    log, _ = a_log()
    read = log.note(RECORD, "first")
    assert log.note(read, "first").revision == read.revision
    assert log.note(read).revision == read.revision


def test_a_write_whose_answer_was_lost_is_not_written_twice() -> None:
    log, records = a_log()
    records.lose_answer("write_incident")
    assert texts(log.note(RECORD, "first")) == ["first"]
    read = records.incident(INSTANCE)
    assert read is not None and read.revision == 1


def test_a_journal_that_never_takes_it_is_trouble() -> None:
    log, records = a_log()
    read = log.note(RECORD, "first")
    records.fail_next("write_incident", *[TemporaryError("no answer")] * WRITES)
    with pytest.raises(TemporaryError, match="no answer"):
        log.note(read, "second")


def test_trouble_with_publishing_stops_nobody() -> None:
    log, _ = a_log()
    assert isinstance(log.news, FakeNews)
    log.news.fail_next("interruption", TemporaryError("no answer"))
    log.tell(replace(RECORD), "saved", "two volumes", {})
    assert log.news.steps == []
