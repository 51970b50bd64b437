"""Exactly one counted copy of each point that a source shares, and an answer to each request, whatever dies,
is lost or comes twice. The source is a real one, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.tags import copy_tags
from tests.fakes.asking import VAULT_KEY
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
