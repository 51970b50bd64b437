"""What every journal promises about the catalogue: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.report.catalogue import Entry
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import TABLE
from tests.fakes import MemoryJournal

SLOT = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE)


def an_entry(namespace: str, claim: str, day: int = 0) -> Entry:
    slot = SLOT - timedelta(days=day)
    return Entry(namespace, claim, slot, f"{claim}-{day}", f"snap-{namespace}-{claim}-{day}", "nightly")


def test_entries_come_back_in_order_a_few_at_a_time(journal: Journal) -> None:
    entries = [an_entry("app", "data", day) for day in range(3)] + [
        an_entry("app", "data-2"),
        an_entry("app-2", "data"),
    ]
    journal.catalogue.put_entries("myeks", entries[::-1])
    journal.catalogue.put_entries("other", [an_entry("app", "foreign")])

    assert journal.catalogue.entries("myeks", "", "", 10) == entries
    assert journal.catalogue.entries("myeks", "", entries[1].place, 2) == entries[2:4]
    assert journal.catalogue.entries("myeks", "app ", "", 10) == entries[:4]
    assert journal.catalogue.entries("myeks", "app data ", entries[0].place, 10) == entries[1:3]
    assert journal.catalogue.entries("myeks", "nowhere ", "", 10) == []
    assert list(journal.catalogue.all_entries("myeks")) == entries


def test_an_entry_is_written_once_and_can_be_forgotten(journal: Journal) -> None:
    entry = an_entry("app", "data")
    journal.catalogue.put_entries("myeks", [entry])
    journal.catalogue.put_entries("myeks", [entry])
    assert list(journal.catalogue.all_entries("myeks")) == [entry]
    journal.catalogue.remove_entries("myeks", [entry])
    journal.catalogue.remove_entries("myeks", [entry])
    assert list(journal.catalogue.all_entries("myeks")) == []


def test_more_entries_than_one_call_writes(journal: Journal) -> None:
    entries = [an_entry("app", f"claim-{number:03}") for number in range(120)]
    journal.catalogue.put_entries("myeks", entries)
    assert list(journal.catalogue.all_entries("myeks")) == entries
    journal.catalogue.remove_entries("myeks", entries[:110])
    assert list(journal.catalogue.all_entries("myeks")) == entries[110:]


def test_the_catalogue_says_since_when_it_is_complete(journal: Journal) -> None:
    assert journal.catalogue.catalogue_complete_since("myeks") is None
    journal.catalogue.mark_catalogue_complete("myeks", SLOT)
    assert journal.catalogue.catalogue_complete_since("myeks") == SLOT
    assert list(journal.catalogue.all_entries("myeks")) == []
    assert journal.catalogue.catalogue_complete_since("other") is None
