"""Holds whose journal was lost, is an old copy, or was written by a version before."""

from __future__ import annotations

from snapkeep.domain.restore.holds import FOREVER, Hold
from tests.unit.snapkeep.services.restore.hold_story import DAY, Story


def test_the_end_in_a_journal_from_an_old_copy_lifts_no_hold_that_was_made_longer() -> None:
    story = Story()
    story.hold("cluster ann")
    restore_journal = story.old_journal()
    story.holds.hold(story.snapshot, "cluster ann", "audit", FOREVER)
    restore_journal()
    story.clock.forward(days=2)
    assert story.holds.release_ended() == []
    assert story.tagged
    assert [hold.until for hold in story.journal.holds.holds(story.snapshot)] == [FOREVER]


def test_the_end_in_a_journal_from_an_old_copy_lifts_no_hold_of_another() -> None:
    story = Story()
    story.hold("restore 1")
    restore_journal = story.old_journal()
    story.holds.hold(story.snapshot, "cluster ann", "audit", FOREVER)
    story.release("restore 1")
    restore_journal()
    story.clock.forward(days=2)
    story.holds.release_ended()
    assert story.tagged
    story.release("cluster ann")
    assert (story.tagged, story.holders) == (False, [])


def test_whoever_holds_again_after_giving_back_what_a_lost_journal_learned_holds_the_point() -> None:
    story = Story()
    story.hold("cluster ann")
    story.journal.holds.all.clear()
    story.hold("cluster bob")
    story.release("cluster ann")
    story.hold("cluster ann")
    story.release("cluster bob")
    story.clock.forward(minutes=20)
    story.holds.release_ended()
    assert story.tagged and "cluster ann" in story.holders
    story.release("cluster ann")
    assert not story.tagged


def test_a_hold_with_an_end_that_a_lost_journal_forgot_ends_once_somebody_looked() -> None:
    story = Story()
    story.hold("restore 1")
    story.journal.holds.all.clear()
    story.hold("cluster ann")
    assert len(story.holders) == 2
    story.clock.forward(days=1)
    story.holds.release_ended()
    assert (story.tagged, story.holders) == (False, [])


def test_a_tag_of_a_version_before_holds_on_and_can_be_lifted_by_whoever_set_it() -> None:
    story = Story()
    role = "arn:aws:sts::123456789012:assumed-role/Admin"
    story.tag_by_hand()
    until = story.clock() + DAY
    story.journal.holds.write_hold(Hold(story.snapshot, "api", "audit", until, f"{role}/old", named=False))
    story.clock.forward(days=2)
    story.holds.release_ended()
    assert story.tagged
    story.holds.release_by_hand(story.snapshot, "cluster other", f"{role}2/new")
    assert story.tagged
    story.holds.release_by_hand(story.snapshot, "cluster admin", f"{role}/new")
    assert (story.tagged, story.holders) == (False, [])


def test_a_restore_of_a_version_before_takes_its_tag_away_when_it_is_done() -> None:
    story = Story()
    story.tag_by_hand()
    story.journal.holds.write_hold(
        Hold(story.snapshot, "restore 1", "because", story.clock() + DAY, named=False)
    )
    story.hold("restore 1")
    story.release("restore 1")
    assert (story.tagged, story.holders) == (False, [])
