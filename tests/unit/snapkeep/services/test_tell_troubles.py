"""Telling troubles: each once, again every week, and never lost because nobody could be told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.services.tell_troubles import TellTroubles
from tests.fakes.clock import TestClock
from tests.fakes.faults import Crash
from tests.fakes.journal import MemoryJournal
from tests.fakes.troubles import FakeTroubleNews
from tests.fakes.world import SLOT

TOPIC = Topic(TroubleKind.BACKUP_LATE, "myeks", "nightly")


class Teller:
    """Tells over fakes; `tell` is one pass."""

    def __init__(self) -> None:
        self.clock = TestClock(SLOT)
        self.journal = MemoryJournal()
        self.news = FakeTroubleNews()

    def tell(self, *subjects: str, patience: timedelta = timedelta()) -> list[str]:
        """What rings in this pass when these are found."""
        before = len(self.news.rung())
        found = {subject: f"{subject} failed" for subject in subjects}
        TellTroubles(self.journal, self.news, self.clock).tell(TOPIC, found, patience)
        return self.news.rung()[before:]


def test_each_rings_once_and_one_that_is_on_does_not_hide_the_next() -> None:
    teller = Teller()
    assert teller.tell("a") == ["a"]
    assert teller.tell("a") == []
    assert teller.tell("a", "b") == ["b"]
    assert teller.news.troubles[-1][2] == 2


def test_people_are_reminded_every_week_while_it_lasts() -> None:
    teller = Teller()
    rung = []
    for _ in range(30):
        rung += teller.tell("a")
        teller.clock.forward(days=1)
    assert len(rung) == 5


def test_what_was_over_rings_again_when_it_comes_back() -> None:
    teller = Teller()
    assert [teller.tell("a"), teller.tell(), teller.tell("a")] == [["a"], [], ["a"]]


def test_what_passes_within_the_patience_never_rings() -> None:
    teller, patience = Teller(), timedelta(hours=2)
    assert teller.tell("a", patience=patience) == []
    teller.clock.forward(hours=1)
    assert teller.tell(patience=patience) == []
    assert teller.tell("a", patience=patience) == []
    teller.clock.forward(hours=2)
    assert teller.tell("a", patience=patience) == ["a"]


def test_what_could_not_be_told_is_told_by_the_next_pass() -> None:
    teller = Teller()
    teller.news.fail_next("trouble", TemporaryError("PutEvents: no answer"))
    assert teller.tell("a") == []
    assert teller.tell("a") == ["a"]


def test_a_crash_before_it_was_journaled_tells_it_twice_and_never_not_at_all() -> None:
    teller = Teller()
    teller.journal.fail_next("write_troubles", Crash("reconcile"))
    with pytest.raises(Crash):
        teller.tell("a")
    assert teller.tell("a") == ["a"]
    assert teller.tell("a") == []
