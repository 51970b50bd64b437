"""Turns that events start: they settle and refill without listing the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.tags import PLACE
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.tags import MANAGED
from snapkeep.domain.troubles import TroubleKind
from snapkeep.services.copies import short_turn
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)
NAMES = [f"claim-{number:02}" for number in range(IN_FLIGHT + 5)]


def full_world(**changes: object) -> CopyWorld:
    """A place with as many copies in progress as may be, while others wait."""
    world = CopyWorld(*NAMES, **changes)  # type: ignore[arg-type]
    assert len(world.turn().started) == IN_FLIGHT
    return world


def end(world: CopyWorld, count: int = 1) -> list[str]:
    """Let EC2 complete so many of the copies in progress."""
    pending = sorted(each.id for each in world.osaka.all.values() if each.state is SnapshotState.PENDING)
    world.osaka.complete(*pending[:count])
    return pending[:count]


def listings(world: CopyWorld) -> int:
    """How often the place was listed whole."""
    return world.osaka.calls[f"find by {MANAGED}, {PLACE}"]


def test_an_event_settles_its_copy_and_begins_the_next_one_without_listing_the_place() -> None:
    world = full_world()
    whole = listings(world)
    (ended,) = end(world)
    world.copy_event(ended)
    assert len(world.osaka.all) == IN_FLIGHT + 1
    assert listings(world) == whole
    ready = [record for record in world.records().values() if record.stage is CopyStage.READY]
    assert [record.snapshot_id for record in ready] == [ended]
    world.copy_event(ended)
    assert len(world.osaka.all) == IN_FLIGHT + 1


def test_a_queue_that_is_old_or_lost_is_made_anew() -> None:
    world = full_world()
    world.wait(minutes=16)
    whole = listings(world)
    world.copy_event(end(world)[0])
    assert listings(world) == whole + 1
    world.journal.copies.known.clear()
    world.copy_event(end(world)[0])
    assert listings(world) == whole + 2
    assert len(world.osaka.all) == IN_FLIGHT + 2


def test_records_that_are_lost_between_make_no_second_copy() -> None:
    world = full_world()
    end(world, IN_FLIGHT)
    world.journal.copies.all.clear()
    for _ in range(3):
        world.copy_event(sorted(world.osaka.all)[0])
    world.live(minutes=30)
    assert world.osaka.calls["copy"] == len(NAMES)
    assert {name: len(found) for name, found in world.copies().items()} == dict.fromkeys(NAMES, 1)


@pytest.mark.parametrize("how", ["retired", "no rule", "source gone"])
def test_what_is_no_longer_wanted_is_not_begun(how: str) -> None:
    world = full_world()
    if how == "retired":
        world.deployment = replace(world.deployment, places=(replace(OSAKA, retire=True),))
    elif how == "no rule":
        policy = replace(world.deployment.policies[0], copies=())
        world.deployment = replace(world.deployment, policies=(policy,))
    else:
        copied = {record.source for record in world.records().values()}
        for name in set(world.ebs.all) - copied:
            del world.ebs.all[name]
    world.build()
    world.copy_event(end(world)[0])
    assert len(world.osaka.all) == IN_FLIGHT


def test_a_place_with_very_many_copies_is_listed_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_turn, "MANY", IN_FLIGHT)
    world = full_world()
    end(world, IN_FLIGHT)
    world.turn()
    whole = listings(world)
    for _ in range(11):
        world.wait(minutes=5)
        end(world, IN_FLIGHT)
        world.turn()
    assert listings(world) == whole
    assert len(world.copies()) == len(NAMES)
    world.wait(minutes=10)
    world.turn()
    assert listings(world) == whole + 1


def test_in_a_place_with_very_many_copies_the_points_of_a_run_begin_once_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(short_turn, "MANY", 1)
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=15)
    world.back_up_again(SLOT + DAY)
    world.live(minutes=90)
    whole = listings(world)
    world.back_up_again(SLOT + DAY + timedelta(minutes=120))
    world.turn()
    assert len(world.osaka.all) == 3
    world.wait(minutes=10)
    world.turn()
    assert listings(world) == whole + 1


def test_a_full_copy_is_told_by_the_event_and_stays_told() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=15)
    world.back_up_again(SLOT + DAY)
    world.turn()
    (ended,) = end(world)
    world.taker.in_region(OSAKA.region, world.owner(), {ended: False})
    world.turn()
    assert len(world.told(TroubleKind.COPIES_FULL)) == 1
