"""Slots of policies for file systems: started late while they may be, reported once when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Schedule
from snapkeep.services.backup.healing.missed_slots import CaughtUp
from snapkeep.services.efs.catch_up import CatchUp
from tests.fakes.clock import FixedCalendar
from tests.fakes.efs import on_efs
from tests.fakes.messaging import FakeAnnouncer
from tests.unit.snapkeep.services.efs.efs_world import FS, OTHER_FS, SLOT, EfsWorld

BEFORE = SLOT - timedelta(hours=6)
ONE, TWO = on_efs("one", FS), on_efs("two", OTHER_FS, cluster="green")


class Story:
    """A policy known since some hours before a slot, and what a pass of the function finds."""

    def __init__(self, *claims: Any, **schedule: Any) -> None:
        self.world = EfsWorld(clusters=("myeks", "green"))
        for claim in claims:
            self.world.has(claim, cluster=claim.cluster)
        (policy,) = self.world.deployment.policies
        self.policy = replace(policy, schedule=Schedule("cron(0 18 * * ? *)", **schedule))
        self.world.deployment = replace(self.world.deployment, policies=(self.policy,))
        self.announcer, self.calendar = FakeAnnouncer(), FixedCalendar()
        self.at(BEFORE)
        self.calendar.slots = (SLOT,)

    def at(self, moment: Any) -> CaughtUp:
        """One pass at a time."""
        self.world.clock.now = moment
        world = self.world
        service = CatchUp(
            world.service(),
            world.journal.efs_backups,
            world.journal.slots,
            self.calendar,
            self.announcer,
            world.clock,
        )
        return service.check(self.policy)

    def after(self, **span: int) -> CaughtUp:
        """One pass some time after the slot."""
        return self.at(SLOT + timedelta(**span))


@pytest.fixture
def story() -> Story:
    return Story(ONE, TWO)


def test_a_slot_that_nobody_started_is_started_late_and_once(story: Story) -> None:
    assert story.after(minutes=4).started == []
    started = story.after(minutes=15).started
    assert started == [each.id for each in story.world.records()] and len(started) == 2
    assert {each.state for each in story.world.records()} == {PointState.PENDING}
    assert story.after(minutes=30) == CaughtUp()
    assert story.announcer.missed == []


def test_a_slot_that_ran_is_left_alone(story: Story) -> None:
    story.world.back_up()
    assert story.after(minutes=15) == story.after(hours=2) == CaughtUp()


def test_a_slot_past_its_catch_up_window_is_reported_once_in_each_cluster_and_fails(story: Story) -> None:
    missed = story.after(minutes=61).missed
    assert missed == ["green.shared.20261124T180000Z", "myeks.shared.20261124T180000Z"]
    told = [(each.cluster, each.policy, each.slot) for each in story.announcer.missed]
    assert told == [("green", "shared", SLOT), ("myeks", "shared", SLOT)]
    assert {(each.state, each.job) for each in story.world.records()} == {(PointState.FAILED, "")}
    assert "did not run within its catch-up window" in story.world.records()[0].reason
    assert story.after(minutes=75).missed == []


def test_of_several_missed_slots_the_newest_is_started(story: Story) -> None:
    earlier = SLOT - timedelta(minutes=30)
    story.calendar.slots = (earlier, SLOT)
    found = story.after(minutes=10)
    assert (len(found.started), len(found.missed)) == (2, 2)
    assert {(each.slot, each.state) for each in story.world.records()} == {
        (earlier, PointState.FAILED),
        (SLOT, PointState.PENDING),
    }


def test_a_policy_without_claims_on_efs_misses_nothing() -> None:
    story = Story()
    assert story.after(minutes=15) == story.after(minutes=61) == CaughtUp()
    assert (story.announcer.missed, story.world.records()) == ([], [])


def test_what_was_due_before_the_policy_was_seen_or_while_it_is_paused_is_not_missed() -> None:
    story = Story(ONE)
    story.calendar.slots = (BEFORE - timedelta(minutes=10),)
    assert story.at(BEFORE + timedelta(minutes=15)) == CaughtUp()
    paused = Story(ONE, enabled=False)
    assert paused.after(minutes=15) == paused.after(minutes=61) == CaughtUp()


def test_the_age_of_the_newest_good_backup_is_measured_in_each_cluster(story: Story) -> None:
    assert story.announcer.ages == {("myeks", "shared"): timedelta(), ("green", "shared"): timedelta()}
    story.world.back_up()
    story.world.end_jobs()
    story.after(hours=3)
    assert story.announcer.ages == dict.fromkeys(story.announcer.ages, timedelta(hours=3))
    story.after(days=34)
    assert story.announcer.ages["green", "shared"] == timedelta(days=34)


def test_claims_whose_last_backup_failed_are_counted_as_late(story: Story) -> None:
    story.after(minutes=61)
    story.after(minutes=76)
    assert story.announcer.late_claims == {
        ("myeks", "shared"): ("web/one",),
        ("green", "shared"): ("web/two",),
    }
