"""What is known of policies: slots far enough to tell their distance, the newest closed run, failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.adapters.calendar import CronCalendar
from snapkeep.domain.policies import Policy, Schedule
from snapkeep.services.report.policy_facts import PolicyFacts, ReadPolicies
from snapkeep.wiring.report import read_past_runs, show_on_efs
from tests.fakes.world import SLOT, World, a_claim, a_policy


def reader_of(world: World) -> ReadPolicies:
    journal = world.journal
    past = read_past_runs(world.ports())
    on_efs = show_on_efs(world.ports())
    return ReadPolicies(journal.runs, journal.points, journal.retentions, CronCalendar(), past, on_efs)


def facts_of(world: World, policy: Policy) -> PolicyFacts:
    return reader_of(world).facts("myeks", [policy], world.clock())


def test_slots_of_a_monthly_policy_are_looked_for_until_their_distance_shows() -> None:
    monthly = a_policy("monthly", schedule=Schedule("cron(0 2 1 * ? *)"))
    world = World(a_claim("data"), policy=monthly)
    slots = facts_of(world, monthly).slots["monthly"]
    assert [f"{slot:%m-%d}" for slot in slots] == ["12-01", "01-01", "02-01"]


def test_a_rate_counts_from_the_newest_closed_run() -> None:
    often = a_policy("often", schedule=Schedule("rate(6 hours)"))
    world = World(a_claim("data"), policy=often)
    world.back_up(SLOT + timedelta(minutes=7))
    world.wait(hours=1)
    facts = facts_of(world, often)
    assert facts.next_slots(world.clock())["often"] == SLOT + timedelta(hours=6, minutes=7)


def test_a_paused_policy_has_no_next_slot() -> None:
    paused = a_policy("paused", schedule=Schedule("cron(0 2 * * ? *)", enabled=False))
    world = World(a_claim("data"), policy=paused)
    assert facts_of(world, paused).next_slots(world.clock()) == {}


def test_only_what_failed_in_the_newest_closed_run_is_a_failure() -> None:
    world = World(a_claim("data"))
    volumes = dict(world.ebs.volumes)
    world.ebs.volumes.clear()
    world.back_up(SLOT)
    reader = reader_of(world)
    (failure,) = reader.failures(facts_of(world, world.policy))
    assert (failure.claim, failure.policy, failure.slot) == ("data", "nightly", SLOT)
    world.ebs.volumes.update(volumes)
    world.back_up(SLOT + timedelta(days=1))
    assert list(reader.failures(facts_of(world, world.policy))) == []


def test_the_past_of_claims_is_what_their_runs_left_in_the_journal() -> None:
    world = World(a_claim("data"))
    world.back_up(SLOT)
    world.ebs.volumes.clear()
    world.back_up(SLOT + timedelta(days=1))
    reader = reader_of(world)
    since = SLOT - timedelta(days=1)
    past = reader.past(reader.history("myeks", "nightly", since), since)
    name = ("shop", "data")
    assert (past.good[name], past.failed[name]) == ([SLOT], [SLOT + timedelta(days=1)])
    assert past.since == since


def test_of_more_points_than_are_read_the_newest_runs_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapkeep.services.report.policy_facts.MOST_POINTS", 2)
    world = World(a_claim("data"))
    slots = [SLOT + timedelta(days=day) for day in range(3)]
    for slot in slots:
        world.back_up(slot)
    reader = reader_of(world)
    past = reader.past(reader.history("myeks", "nightly", SLOT), SLOT)
    assert past.good["shop", "data"] == [slots[2], slots[1]]
    assert past.since == slots[0]
