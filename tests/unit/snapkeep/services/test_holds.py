"""Holds of several holders on one tag, with crashes in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound
from snapkeep.domain.holds import BY_HAND, Hold
from snapkeep.services.holds import HoldPoints
from tests.fakes import Crash, FakeSnapshots, MemoryJournal, TestClock

DAY = timedelta(days=1)


class Story:
    """One snapshot and those who hold it."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.ebs = FakeSnapshots(self.clock)
        self.ebs.add_volume("vol-1")
        self.snapshot = self.ebs.create("vol-1", {tags.MANAGED: "true"}, "").id
        self.journal = MemoryJournal()
        self.holds = HoldPoints(self.ebs, self.journal, self.clock)

    def hold(self, holder: str) -> None:
        self.holds.hold(self.snapshot, holder, "because", self.clock() + DAY)

    def release(self, holder: str) -> None:
        self.holds.release(self.snapshot, holder)

    @property
    def tagged(self) -> bool:
        return self.ebs.all[self.snapshot].tags.get(tags.HOLD) == "true"


def test_a_held_point_is_tagged_until_the_last_holder_gives_it_back() -> None:
    story = Story()
    story.hold("restore 1")
    story.hold("ann")
    story.release("restore 1")
    assert story.tagged
    story.release("ann")
    assert not story.tagged


def test_a_tag_that_somebody_set_by_hand_outlives_a_restore() -> None:
    story = Story()
    story.ebs.add_tags(story.snapshot, {tags.HOLD: "true"})
    story.hold("restore 1")
    story.release("restore 1")
    assert story.tagged
    assert [hold.holder for hold in story.journal.holds(story.snapshot)] == [BY_HAND]


def test_a_point_that_is_gone_cannot_be_held_and_nothing_is_journaled() -> None:
    story = Story()
    with pytest.raises(NotFound, match="snap-gone"):
        story.holds.hold("snap-gone", "ann", "because", story.clock() + DAY)
    assert story.journal.holds("snap-gone") == ()


def test_giving_back_what_is_gone_is_success() -> None:
    story = Story()
    story.hold("ann")
    del story.ebs.all[story.snapshot]
    story.release("ann")
    story.release("ann")
    assert story.journal.holds(story.snapshot) == ()


def test_a_crash_before_the_tag_leaves_a_hold_that_ends_by_itself() -> None:
    story = Story()
    story.journal.crash_after("write_hold")
    with pytest.raises(Crash):
        story.hold("restore 1")
    story.hold("restore 1")
    assert story.tagged
    story.clock.forward(days=1)
    assert [hold.holder for hold in story.holds.release_ended()] == ["restore 1"]
    assert not story.tagged
    assert story.holds.release_ended() == []


def test_a_hold_that_was_renewed_does_not_end() -> None:
    story = Story()
    story.hold("restore 1")
    story.clock.forward(hours=20)
    story.hold("restore 1")
    story.clock.forward(hours=20)
    assert story.holds.release_ended() == []
    assert story.tagged


def test_a_hold_that_comes_while_the_tag_goes_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    story.hold("restore 1")
    untag = story.ebs.remove_tags

    def meanwhile(snapshot_id: str, keys: Sequence[str]) -> None:
        story.journal.write_hold(Hold(story.snapshot, "ann", "because"))
        untag(snapshot_id, keys)

    monkeypatch.setattr(story.ebs, "remove_tags", meanwhile)
    story.release("restore 1")
    assert story.tagged


def test_a_person_gives_back_what_a_failed_restore_left_and_no_hold_of_a_running_one() -> None:
    story = Story()
    for holder in ("api", "failed restore 1", "restore 2"):
        story.hold(holder)
    story.holds.release_by_hand(story.snapshot, "api")
    assert [hold.holder for hold in story.journal.holds(story.snapshot)] == ["restore 2"]
    assert story.tagged
