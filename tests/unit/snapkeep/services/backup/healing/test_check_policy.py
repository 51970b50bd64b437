"""How old the newest good run of a policy is, and whether the policy owes claims a point."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.policies import Schedule
from tests.fakes.world import SLOT, World, a_claim, a_policy


def test_freshness_is_the_age_of_the_newest_run_with_a_ready_point() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.run_until_closed()
    del world.ebs.volumes["vol-mysql"]
    world.backup(SLOT + timedelta(days=1))
    world.clock.now = SLOT + timedelta(days=1, minutes=15)
    world.work()
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta(days=1, minutes=15)


def test_a_policy_that_never_had_a_good_run_ages_from_the_day_it_was_first_seen() -> None:
    world = World(policy=a_policy())
    world.reconcile()
    world.wait(hours=30)
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta(hours=30)


def test_a_policy_owes_the_slot_that_gave_no_good_point_in_time() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.run_until_closed()
    tomorrow = SLOT + timedelta(days=1)
    world.calendar.slots = (SLOT, tomorrow, tomorrow + timedelta(days=1))
    for now, owed in (
        (tomorrow + timedelta(hours=2) - timedelta(seconds=1), ()),
        (tomorrow + timedelta(hours=2), ("every claim",)),
        (tomorrow + timedelta(days=3), ("every claim",)),
    ):
        world.clock.now = now
        world.reconcile()
        assert world.announcer.late_claims["myeks", "nightly"] == owed


def test_a_yearly_policy_is_not_late_because_its_last_run_is_long_ago() -> None:
    world = World(a_claim("mysql"))
    world.calendar.slots = (SLOT, SLOT + timedelta(days=365))
    world.clock.now = SLOT - timedelta(hours=1)
    world.reconcile()
    world.clock.now = SLOT
    world.backup()
    world.run_until_closed()
    world.wait(days=200)
    world.reconcile()
    assert world.announcer.late_claims["myeks", "nightly"] == ()


def test_a_paused_policy_owes_nothing() -> None:
    world = World(policy=a_policy(schedule=Schedule("cron(0 18 * * ? *)", enabled=False)))
    world.calendar.slots = (SLOT + timedelta(days=1),)
    world.reconcile()
    world.wait(days=9)
    world.reconcile()
    assert world.announcer.late_claims["myeks", "nightly"] == ()


def test_a_slot_in_the_future_is_not_older_than_now() -> None:
    world = World(a_claim("mysql"))
    world.clock.now = SLOT - timedelta(minutes=1)  # Scheduler's clock is a little ahead of ours
    world.backup()
    world.work()
    world.finish_snapshots()
    world.reconcile()
    assert world.announcer.ages["myeks", "nightly"] == timedelta()
