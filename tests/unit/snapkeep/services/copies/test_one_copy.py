"""Exactly one counted copy of each wanted point, whatever dies, is lost or comes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.places import Home
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.tags import copy_tags
from snapkeep.domain.points import Snapshot
from tests.fakes.copying import OSAKA, CopyWorld
from tests.fakes.crashes import CrashAt, Serialized, eight_at_once

LAGS = [timedelta(), timedelta(seconds=120)]
NAMES = ["no-lag", "lag-120s"]


def one_counted_copy_each(world: CopyWorld) -> None:
    counted = world.copies()
    assert {name: len(found) for name, found in counted.items()} == {"mysql": 1, "wordpress": 1}
    for name, record in world.records().items():
        copy, source = counted[name][0], world.ebs.all[record.source]
        assert (record.stage, record.snapshot_id) == (CopyStage.READY, copy.id)
        assert copy.tags == copy_tags(source, OSAKA, Home(source.owner, "ap-northeast-2"))
        assert copy.id in world.osaka.locks
        assert copy.key == OSAKA.kms_key
    assert {record.claim for record in world.news.ready} == {"mysql", "wordpress"}
    assert world.news.troubles == []


def lived(wrap: Callable[[Any], Any], lag: timedelta, *, events: int = 1, minutes: int = 60) -> CopyWorld:
    world = CopyWorld(lag=lag, wrap=wrap)
    world.live(events=events, minutes=minutes)
    return world


def steps() -> int:
    counter = CrashAt(0, after=False)
    world = CopyWorld(wrap=counter)
    world.turn()
    world.wait(minutes=3)
    world.finish()
    return counter.calls


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
@pytest.mark.parametrize("events", [0, 1, 8])
def test_events_may_get_lost_or_come_eight_times(lag: timedelta, events: int) -> None:
    world = lived(lambda port: port, lag, events=events)
    one_counted_copy_each(world)
    assert world.osaka.calls["copy"] == 2
    assert world.held() == []
    assert len(world.news.ready) == 2


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("events", [0, 1])
def test_a_crash_at_any_step_ends_with_one_counted_copy_of_each_point(
    after: bool, events: int, lag: timedelta
) -> None:
    total = steps()
    assert total > 40
    for step in range(1, total + 1):
        crash = CrashAt(step, after=after)
        world = lived(crash, lag, events=events)
        assert crash.crashed, step
        one_counted_copy_each(world)
        assert world.osaka.calls["copy"] == 2, crash.crashed


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
@pytest.mark.parametrize("method", ["copy", "lock", "write_copy", "add_tags", "copy_ready", "lease_place"])
def test_a_lost_answer_makes_no_second_copy(method: str, lag: timedelta) -> None:
    world = CopyWorld(lag=lag)
    for port in (world.osaka, world.ebs, world.journal, world.news):
        port.lose_answer(method)
    world.live()
    one_counted_copy_each(world)
    assert world.osaka.calls["copy"] == 2


@pytest.mark.parametrize("lag", LAGS, ids=NAMES)
def test_eight_turns_at_once_make_one_copy_of_each_point(lag: timedelta) -> None:
    world = CopyWorld(lag=lag, wrap=Serialized())
    eight_at_once(world.turn)
    world.wait(minutes=3)
    for snapshot_id in world.osaka.finish_copies():
        eight_at_once(lambda snapshot_id=snapshot_id: world.copy_event(snapshot_id))  # type: ignore[misc]
    world.wait(minutes=3)
    world.turn()
    one_counted_copy_each(world)
    assert len(world.osaka.all) == 2


def test_a_turn_that_lost_its_lease_copies_nothing_more() -> None:
    world = CopyWorld()

    def takes_over() -> None:
        world.wait(minutes=7)
        world.turn()

    world.osaka.meanwhile("copy", takes_over)
    world.turn()
    world.live()
    one_counted_copy_each(world)


def test_a_copy_that_shows_up_after_the_wait_is_marked_and_only_one_counts() -> None:
    world = CopyWorld("mysql", lag=timedelta(minutes=40))  # EC2 lags longer than anybody waits for
    world.osaka.lose_answer("copy")
    world.live(minutes=120)
    first, second = sorted(world.osaka.all.values(), key=lambda each: each.started_at)
    counted = world.copies()["mysql"]
    assert [each.id for each in counted] == [world.records()["mysql"].snapshot_id]
    assert _marked([first, second]) == 1


def _marked(found: list[Snapshot]) -> int:
    return sum(each.tags.get("snapkeep:duplicate") == "true" for each in found)
