"""Reconcile: every open run and every policy is looked at, whatever is wrong with another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Method
from tests.fakes.world import SLOT, World, a_claim, a_policy


@pytest.mark.parametrize("error", [TemporaryError("no answer"), PermanentError("denied"), KeyError("oops")])
def test_trouble_with_one_run_never_stops_the_others(error: Exception) -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.backup(SLOT + timedelta(days=1))
    world.work()
    world.finish_snapshots(events=False)
    world.ebs.fail_next("find", error)
    report = world.reconcile()
    assert len(report.errors) == 1 and report.errors[0].startswith(world.the_run().id)  # type: ignore[union-attr]
    assert len(report.closed) == 1
    assert world.reconcile().closed == [world.the_run().id]  # type: ignore[union-attr]


def test_policies_are_checked_even_when_the_runs_cannot_be_listed() -> None:
    world = World(a_claim("mysql"))
    world.journal.fail_next("open_runs", TemporaryError("no answer"))
    report = world.reconcile()
    assert report.errors == ["open runs: no answer"]
    assert world.announcer.ages == {("myeks", "nightly"): timedelta()}


def test_nothing_open_means_nothing_done() -> None:
    world = World()
    report = world.reconcile()
    assert (report.healed, report.closed, report.started, report.errors) == ({}, [], [], [])


def test_a_record_that_cannot_be_read_is_counted_and_told_and_stops_nothing() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    world.finish_snapshots(events=False)
    name = "RUN#myeks.daily.20261124T120000Z RUN"
    for _ in range(9):
        world.journal.unreadable.names = [name]
        world.reconcile()
        world.wait(minutes=15)
    assert world.the_run().state.is_final  # type: ignore[union-attr]
    assert world.announcer.given_up[-1] == ("reconcile", 1)
    assert world.announcer.rung() == [f"record {name}"]


def test_a_sweep_that_does_not_run_any_more_rings_after_two_weeks_and_every_week() -> None:
    world = World(a_claim("mysql"))
    rung: list[int] = []
    for _ in range(31):
        world.reconcile()
        world.wait(hours=1)
        world.reconcile()
        rung.append(world.announcer.rung().count("sweep of myeks"))
        world.wait(hours=23)
    assert [day for day in range(1, 31) if rung[day] > rung[day - 1]] == [15, 22, 29]
    world.sweeper.run(PruneRequest(orphans=True))
    assert world.reconcile().given_up == {}


def test_a_policy_for_file_systems_has_no_runs_and_none_are_missed() -> None:
    world = World(policy=a_policy(method=Method.AWS_BACKUP))
    world.reconcile()
    world.wait(hours=30)
    report = world.reconcile()
    assert (report.started, report.missed, report.errors) == ([], [], [])
    assert (world.announcer.missed, world.announcer.ages, world.announcer.rung()) == ([], {}, [])
