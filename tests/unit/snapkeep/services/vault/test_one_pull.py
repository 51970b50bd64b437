"""Exactly one counted copy of each point that a source shares, and an answer to each request, whatever dies,
is lost or comes twice. The source is a real one, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.requests import Outcome
from snapkeep.domain.copies.tags import copy_tags
from snapkeep.domain.errors import TemporaryError, Throttled
from tests.fakes.asking import VAULT_KEY
from tests.fakes.crashes import CrashAt, Serialized, eight_at_once
from tests.fakes.pulling import PROD, PullWorld

LAGS = [timedelta(), timedelta(seconds=120)]
NAMES = ["no-lag", "lag-120s"]


def one_counted_copy_each(world: PullWorld) -> None:
    counted = world.copies()
    assert {name: len(found) for name, found in counted.items()} == {"mysql": 1, "wordpress": 1}
    for name, record in world.records().items():
        copy, original = counted[name][0], world.source.ebs.all[record.source]
        assert (record.stage, record.snapshot_id) == (CopyStage.READY, copy.id)
        assert copy.tags == copy_tags(original, world.vault.place_of(PROD), PROD.home)
        assert (copy.id in world.ec2.locks, copy.key) == (True, VAULT_KEY)
    there = world.source.records()
    assert {name: there[name].stage for name in there} == dict.fromkeys(counted, CopyStage.READY)
    assert {name: there[name].snapshot_id for name in there} == {
        name: found[0].id for name, found in counted.items()
    }
    assert (world.source.shared(), world.source.held(), world.waiting()) == ([], [], [])
    assert world.news.troubles == [] and world.source.news.troubles == []


def lived(wrap: Callable[[Any], Any], lag: timedelta, *, events: int = 1, minutes: int = 40) -> PullWorld:
    world = PullWorld(lag=lag, wrap=wrap)
    world.live(events=events, minutes=minutes)
    return world


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
@pytest.mark.parametrize("events", [1, 8])
def test_events_may_come_eight_times(lag: timedelta, events: int) -> None:
    world = lived(lambda port: port, lag, events=events)
    one_counted_copy_each(world)
    assert world.ec2.calls["copy"] == 2 and len(world.news.ready) == 2


def steps() -> int:
    counter = CrashAt(0, after=False)
    world = PullWorld(wrap=counter)
    world.ask()
    world.turn()
    world.wait(minutes=3)
    world.finish()
    world.turn()
    return counter.calls


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_ends_with_one_counted_copy_of_each_point(after: bool, lag: timedelta) -> None:
    total = steps()
    assert total > 60
    for step in range(1, total + 1):
        crash = CrashAt(step, after=after)
        world = lived(crash, lag, minutes=25)
        assert crash.crashed, step
        one_counted_copy_each(world)
        assert world.ec2.calls["copy"] == 2, crash.crashed


def test_without_events_about_ends_the_schedule_finds_what_is_ready() -> None:
    world = PullWorld(lag=timedelta(seconds=120))
    world.ask()
    world.wait(minutes=3)
    world.ec2.finish_copies()
    world.live(minutes=20, events=0)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY, Outcome.READY]
    world.live(minutes=10)  # the answers were lost, and so were the requests after them
    world.wait(hours=3)
    world.live(minutes=15)
    one_counted_copy_each(world)
    assert world.ec2.calls["copy"] == 2


@pytest.mark.parametrize(
    "method", ["copy", "lock", "write_copy", "copy_ready", "lease_place", "keep", "drop", "answer"]
)
def test_a_lost_answer_of_aws_makes_no_second_copy(method: str) -> None:
    world = PullWorld(lag=timedelta(seconds=120))
    for port in (world.ec2, world.journal, world.news, world.answers):
        port.lose_answer(method)
    world.live(minutes=240)
    one_counted_copy_each(world)
    assert world.ec2.calls["copy"] == 2


def test_eight_functions_at_once_make_one_copy_of_each_point() -> None:
    world = PullWorld(lag=timedelta(seconds=120), wrap=Serialized())
    world.ask()
    eight_at_once(world.turn)
    world.wait(minutes=3)
    for snapshot_id in world.ec2.finish_copies():
        eight_at_once(lambda name=snapshot_id: world.puller.ended(world.owner(), {}, [name]))  # type: ignore[misc]
    world.live(minutes=20)
    one_counted_copy_each(world)
    assert len(world.ec2.all) == 2


def test_a_turn_that_lost_its_lease_copies_nothing_more() -> None:
    world = PullWorld()

    def takes_over() -> None:
        world.wait(minutes=7)
        world.turn()

    world.ec2.meanwhile("copy", takes_over)
    world.ask()
    world.live()
    one_counted_copy_each(world)


def test_a_lost_journal_costs_no_copy() -> None:
    world = PullWorld()
    world.live(minutes=20)
    world.journal = type(world.journal)()
    world.build()
    for request in world.source.requests():
        world.send(request)
    assert [answer.outcome for answer in world.answered()] == [Outcome.READY] * 4
    assert world.ec2.calls["copy"] == 2


ACTIONS: Mapping[str, Callable[[PullWorld], object]] = {
    "the source looks": lambda world: world.source.turn(),
    "requests arrive": lambda world: world.deliver(events=2),
    "requests are lost": lambda world: setattr(world, "_delivered", len(world.source.vaults.asked)),
    "the vault looks": lambda world: world.turn(),
    "copies end": lambda world: world.finish(events=2),
    "copies end unheard": lambda world: world.ec2.finish_copies(),
    "answers arrive": lambda world: world.reply(events=2),
    "answers are lost": lambda world: setattr(world, "_replied", len(world.answers.answered)),
    "an old request comes again": lambda world: [world.send(each) for each in world.source.requests()[:1]],
    "EC2 loses the answer": lambda world: world.ec2.lose_answer("copy"),
    "EC2 refuses for now": lambda world: world.ec2.fail_next("copy", Throttled("ResourceLimitExceeded")),
    "the journal fails": lambda world: world.journal.fail_next("write_copy", TemporaryError("throttled")),
    "the bus fails": lambda world: world.answers.fail_next("answer", TemporaryError("no")),
    "an hour passes": lambda world: world.wait(hours=1),
    "minutes pass": lambda world: world.wait(minutes=4),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(ACTIONS)), max_size=25))
def test_whatever_happens_in_whatever_order_each_point_ends_up_once_in_the_vault(some: list[str]) -> None:
    world = PullWorld(lag=timedelta(seconds=120))
    for action in some:
        ACTIONS[action](world)
    world.live(minutes=30)
    world.wait(hours=3)  # the source asks again for what got lost
    world.live(minutes=30 + 5 * len(some))  # each trouble may cost a turn
    counted = world.copies()
    assert {name: len(found) for name, found in counted.items()} == {"mysql": 1, "wordpress": 1}
    records = world.source.records()
    assert {name: record.snapshot_id for name, record in records.items()} == {
        name: found[0].id for name, found in counted.items()
    }
    assert (world.ec2.calls["copy"], world.waiting(), world.source.shared()) == (2, [], [])
