"""What every journal promises about holds: the one in memory and the one in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.adapters.dynamodb import dynamo_journal
from snapkeep.domain.restore.holds import Hold
from snapkeep.ports.journal import Journal
from tests.contract.ports.samples import NOW, TABLE
from tests.fakes import MemoryJournal


@pytest.fixture(params=["memory", "dynamodb"])
def journal(request: pytest.FixtureRequest) -> Journal:
    if request.param == "memory":
        return MemoryJournal()
    return dynamo_journal(request.getfixturevalue("table_client"), TABLE)


ANN = Hold("snap-1", "ann", "audit", by="arn:aws:iam::123456789012:user/ann")
RESTORE = Hold("snap-1", "restore 1", "shop/data is being restored from it", NOW + timedelta(hours=24))


def test_each_holder_has_one_hold(journal: Journal) -> None:
    journal.holds.write_hold(RESTORE)
    journal.holds.write_hold(ANN)
    journal.holds.write_hold(ANN)
    assert journal.holds.holds("snap-1") == (ANN, RESTORE)
    assert journal.holds.holds("snap-2") == ()


def test_a_hold_that_was_removed_is_forgotten(journal: Journal) -> None:
    journal.holds.write_hold(ANN)
    journal.holds.write_hold(RESTORE)
    for _ in range(2):
        journal.holds.remove_hold(ANN)
    assert journal.holds.holds("snap-1") == (RESTORE,)


def test_a_later_end_is_never_replaced_by_a_sooner_one(journal: Journal) -> None:
    longer = replace(RESTORE, until=RESTORE.until + timedelta(hours=1), reason="renewed")
    for hold in (RESTORE, longer, RESTORE):
        journal.holds.write_hold(hold)
    assert journal.holds.holds("snap-1") == (longer,)


def test_a_hold_that_changed_since_it_was_read_is_not_removed(journal: Journal) -> None:
    renewed = replace(RESTORE, until=RESTORE.until + timedelta(hours=1))
    journal.holds.write_hold(renewed)
    journal.holds.remove_hold(RESTORE)
    assert journal.holds.holds("snap-1") == (renewed,)


def test_what_was_given_back_has_ended_and_may_be_held_anew_for_less_time(journal: Journal) -> None:
    lifted = replace(ANN, lifted_at=NOW)
    journal.holds.lift_hold(lifted)
    assert list(journal.holds.ended_holds(NOW)) == [lifted]
    sooner = replace(ANN, until=NOW + timedelta(hours=1))
    journal.holds.write_hold(sooner)
    journal.holds.remove_hold(lifted)
    assert journal.holds.holds("snap-1") == (sooner,)
    assert list(journal.holds.ended_holds(NOW)) == []


def test_ended_holds_are_those_whose_time_is_over(journal: Journal) -> None:
    journal.holds.write_hold(ANN)
    journal.holds.write_hold(RESTORE)
    assert list(journal.holds.ended_holds(NOW + timedelta(hours=23))) == []
    assert list(journal.holds.ended_holds(NOW + timedelta(hours=24))) == [RESTORE]
    journal.holds.remove_hold(RESTORE)
    assert list(journal.holds.ended_holds(NOW + timedelta(hours=24))) == []
