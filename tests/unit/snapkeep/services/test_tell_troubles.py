"""Telling troubles: each once, again every week, and never lost because nobody could be told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
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
        """What is announced in this pass if these are found."""
        before = len(self.news.rung())
        found = {subject: f"{subject} failed" for subject in subjects}
        TellTroubles(self.journal.troubles, self.news, self.clock).tell(TOPIC, found, patience)
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


@pytest.mark.parametrize("call", ["journal", "news"])
def test_a_crash_before_it_was_marked_as_told_tells_it_again_and_never_not_at_all(call: str) -> None:
    teller = Teller()
    if call == "journal":
        teller.journal.crash_after("write_troubles")
    else:
        teller.news.crash_after("trouble")
    with pytest.raises(Crash):
        teller.tell("a")
    assert teller.tell("a") == ["a"]
    assert teller.tell("a") == []


def test_a_journal_that_refuses_every_write_rings_in_no_pass_and_fails_each() -> None:
    teller = Teller()
    for _ in range(5):
        teller.journal.fail_next("write_troubles", PermanentError("denied"))
        with pytest.raises(PermanentError):
            teller.tell("a")
    assert teller.news.rung() == []
    assert teller.tell("a") == ["a"]


def test_what_lasts_past_its_patience_rings_in_no_pass_while_the_journal_refuses_writes() -> None:
    teller, patience = Teller(), timedelta(hours=2)
    teller.tell("a", patience=patience)
    teller.clock.forward(hours=3)
    for _ in range(5):
        teller.journal.fail_next("write_troubles", PermanentError("denied"))
        with pytest.raises(PermanentError):
            teller.tell("a", patience=patience)
    assert teller.news.rung() == []
    assert teller.tell("a", patience=patience) == ["a"]


def test_of_300_troubles_each_is_named_once_in_as_many_events_as_that_takes() -> None:
    teller = Teller()
    teller.news.most = 50
    names = [f"shop/{number:03}" for number in range(300)]
    assert teller.tell(*names) == names
    assert len(teller.news.troubles) == 6
    assert teller.tell(*names) == []


def test_what_an_event_did_not_name_because_the_bus_went_away_is_told_by_the_next_pass() -> None:
    teller = Teller()
    teller.news.most = 50
    names = [f"shop/{number:03}" for number in range(120)]
    teller.news.meanwhile("trouble", lambda: None)
    teller.news.meanwhile("trouble", lambda: teller.news.fail_next("trouble", TemporaryError("no answer")))
    assert teller.tell(*names) == names[:50]
    assert teller.tell(*names) == names[50:]
