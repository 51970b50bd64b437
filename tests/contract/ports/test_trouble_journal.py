"""What people were told of, in memory and in the table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, TABLE
from tests.fakes.journal import MemoryJournal

TOPIC = Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly")
OTHERS = (
    Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly2"),
    Topic(TroubleKind.BACKUP_LATE, "other", "nightly"),
)


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE, lambda _: None)


def test_troubles_come_back_as_they_were_and_only_under_their_topic(journal: Journal) -> None:
    told = Trouble("shop/data", "it failed", NOW, told_at=NOW + timedelta(hours=1))
    fresh = Trouble("shop/\u2603", "", NOW)
    journal.troubles.write_troubles(TOPIC, {item.subject: item for item in (told, fresh)}, NOW)
    assert journal.troubles.troubles(TOPIC) == {"shop/data": told, "shop/\u2603": fresh}
    assert [journal.troubles.troubles(other) for other in OTHERS] == [{}, {}]


def test_what_is_written_replaces_what_was(journal: Journal) -> None:
    many = {f"c{n}": Trouble(f"c{n}", "late", NOW) for n in range(600)}
    journal.troubles.write_troubles(TOPIC, many, NOW)
    assert journal.troubles.troubles(TOPIC) == many
    journal.troubles.write_troubles(TOPIC, {}, NOW)
    assert journal.troubles.troubles(TOPIC) == {}
