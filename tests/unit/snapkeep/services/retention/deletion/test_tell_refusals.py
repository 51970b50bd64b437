"""Refusals are announced once a week, and again if an announcement failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.retention.deletion.brake_refusals import Refusal
from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
from tests.fakes import MemoryJournal, TestClock
from tests.fakes.messaging import FakeAnnouncer
from tests.fakes.world import SLOT

REFUSAL = Refusal("myeks", "0123456789abcdef", frozenset({"snap-1"}), "too far", SLOT, "")


def test_each_refusal_is_told_once_until_a_week_is_over() -> None:
    journal, announcer = MemoryJournal(), FakeAnnouncer()
    journal.refusals.write_refusal(REFUSAL)
    for day in range(15):
        clock = TestClock(SLOT + timedelta(days=day))
        TellRefusals(journal.refusals, announcer, clock).tell(journal.refusals.refusals("myeks"))
    assert len(announcer.braked) == 3


@pytest.mark.parametrize("broken", ["prune_braked", "write_refusal"])
def test_trouble_with_one_keeps_no_other_from_being_told(broken: str) -> None:
    journal, announcer = MemoryJournal(), FakeAnnouncer()
    other = Refusal("myeks", "f" * 16, frozenset({"snap-2"}), "too far", SLOT, "")
    (announcer if broken == "prune_braked" else journal).fail_next(broken, TemporaryError("not now"))
    TellRefusals(journal.refusals, announcer, TestClock(SLOT)).tell([REFUSAL, other])
    assert other in announcer.braked
    assert [item.token for item in journal.refusals.refusals("myeks")] == [other.token]
    TellRefusals(journal.refusals, announcer, TestClock(SLOT)).tell([REFUSAL])
    assert REFUSAL in announcer.braked
