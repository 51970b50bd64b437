"""Holds of several holders on one tag, with crashes in between."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound, TemporaryError, Throttled
from snapkeep.domain.restore.holds import BY_HAND, FOREVER
from tests.fakes import Crash
from tests.unit.snapkeep.services.restore.hold_story import DAY, Story


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
    story.tag_by_hand()
    story.hold("restore 1")
    story.release("restore 1")
    assert story.tagged
    assert story.holders == [BY_HAND]


def test_a_point_that_is_gone_cannot_be_held_and_nothing_is_journaled() -> None:
    story = Story()
    with pytest.raises(NotFound, match="snap-gone"):
        story.holds.hold("snap-gone", "ann", "because", story.clock() + DAY)
    assert story.journal.holds.holds("snap-gone") == ()


def test_giving_back_what_is_gone_is_success() -> None:
    story = Story()
    story.hold("ann")
    del story.ebs.all[story.snapshot]
    story.release("ann")
    story.release("ann")
    assert story.journal.holds.holds(story.snapshot) == ()


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


def test_a_tag_set_by_hand_over_ours_outlives_our_hold() -> None:
    story = Story()
    story.hold("restore 1")
    story.tag_by_hand("ask Ann")
    story.release("restore 1")
    assert story.tagged
    assert story.holders == [BY_HAND]


def test_a_hold_set_by_hand_is_lifted_by_hand() -> None:
    story = Story()
    story.tag_by_hand()
    story.hold("restore 1")
    value = story.ebs.all[story.snapshot].tags[tags.HOLD]
    assert value.startswith("hand ")
    story.tag_by_hand(value.removeprefix("hand "))
    story.release("restore 1")
    assert (story.tagged, story.holders) == (False, [])


def test_a_sooner_end_shortens_no_hold() -> None:
    story = Story()
    story.holds.hold(story.snapshot, "cluster ann", "audit", FOREVER)
    story.hold("cluster ann")
    story.clock.forward(days=2)
    assert story.holds.release_ended() == []
    assert story.tagged


STEPS_OF_AN_END = ["journal.holds", "ebs.get", "ebs.remove_tags", "journal.remove_hold"]


@pytest.mark.parametrize("step", ["journal.holds", "ebs.get", "ebs.remove_tags"])
def test_a_hold_that_comes_while_another_goes_wins_at_any_step(step: str) -> None:
    story = Story()
    story.hold("restore 1")
    name, method = step.split(".")
    getattr(story, name).meanwhile(method, lambda: story.hold("cluster ann"))
    story.release("restore 1")
    assert story.tagged
    assert story.holders == ["cluster ann"]


@pytest.mark.parametrize("step", STEPS_OF_AN_END)
def test_a_renewal_that_comes_while_the_hold_ends_wins_at_any_step(step: str) -> None:
    story = Story()
    story.hold("restore 1")
    story.clock.forward(days=1)
    name, method = step.split(".")
    getattr(story, name).meanwhile(method, lambda: story.hold("restore 1"))
    story.holds.release_ended()
    assert story.tagged
    assert story.holders == ["restore 1"]


@pytest.mark.parametrize("step", ["journal.lift_hold", "ebs.remove_tags"])
def test_a_crash_while_a_hold_is_given_back_is_taken_up_by_the_next_tick(step: str) -> None:
    story = Story()
    story.holds.hold(story.snapshot, "cluster ann", "audit", FOREVER)
    name, method = step.split(".")
    getattr(story, name).crash_after(method)
    with pytest.raises(Crash):
        story.release("cluster ann")
    story.holds.release_ended()
    assert (story.tagged, story.holders) == (False, [])
    story.clock.forward(minutes=10)
    story.holds.release_ended()
    assert story.journal.holds.all == {}


def test_an_end_while_ec2_throttles_is_tried_again_until_the_tag_is_gone() -> None:
    story = Story()
    story.hold("cluster ann")
    story.clock.forward(days=1)
    for _ in range(3):
        story.ebs.fail_next("remove_tags", Throttled("RequestLimitExceeded"))
        with pytest.raises(TemporaryError, match="1 snapshots stay held for now"):
            story.holds.release_ended()
        assert (story.tagged, story.holders) == (True, ["cluster ann"])
    assert [hold.holder for hold in story.holds.release_ended()] == ["cluster ann"]
    assert (story.tagged, story.holders) == (False, [])


def test_trouble_with_one_snapshot_ends_the_holds_of_the_others() -> None:
    story = Story()
    other = story.ebs.create("vol-1", {tags.MANAGED: "true"}, "").id
    story.hold("cluster ann")
    story.holds.hold(other, "cluster ann", "because", story.clock() + DAY)
    story.clock.forward(days=1)
    story.ebs.fail_next("remove_tags", Throttled("RequestLimitExceeded"))
    with pytest.raises(TemporaryError):
        story.holds.release_ended()
    assert [tags.HOLD in item.tags for item in story.ebs.all.values()].count(True) == 1


def test_a_person_gives_back_what_a_failed_restore_left_and_no_hold_of_others() -> None:
    story = Story()
    for holder in ("cluster ann", "namespace ann", "failed restore 1", "restore 2"):
        story.hold(holder)
    story.holds.release_by_hand(story.snapshot, "namespace ann", "arn:ann")
    assert story.holders == ["cluster ann", "restore 2"]
    assert story.tagged


def test_a_read_that_lags_brings_no_hold_back_that_was_given_back() -> None:
    story = Story()
    story.holds.hold(story.snapshot, "cluster ann", "audit", FOREVER)
    before = story.ebs.all[story.snapshot]
    story.release("cluster ann")
    now, story.ebs.all[story.snapshot] = story.ebs.all[story.snapshot], before
    story.ebs.meanwhile("add_tags", lambda: story.ebs.put(now))
    story.hold("cluster bob")
    assert story.holders == ["cluster bob"]
    story.clock.forward(days=1)
    story.holds.release_ended()
    assert (story.tagged, story.journal.holds.all) == (False, {})


def test_two_who_give_back_at_once_leave_no_tag() -> None:
    story = Story()
    story.hold("cluster ann")
    story.hold("cluster bob")
    story.ebs.meanwhile("add_tags", lambda: story.release("cluster bob"))
    story.release("cluster ann")
    story.holds.release_ended()
    assert (story.tagged, story.holders) == (False, [])
