"""A snapshot that somebody deleted in EC2 is announced when prune notices it; what prune deleted is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import Snapshot
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.world import SLOT, World, a_claim, a_policy

DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    """shop/data and shop/log have three points each, which EC2 certainly lists."""
    return a_world(last=9)


def a_world(last: int) -> World:
    world = World(a_claim("data"), a_claim("log"), policy=a_policy(retention={"last": last}))
    for day in range(3):
        world.back_up(SLOT + day * DAY)
    world.wait(hours=2)
    world.prune()
    return world


def lose(world: World, claim: str, *places: int) -> list[Snapshot]:
    """Delete snapshots of a claim behind Snapkeep's back; the oldest has place 0."""
    mine = sorted(item.id for item in world.ebs.all.values() if item.volume_id == f"vol-{claim}")
    return [world.ebs.all.pop(mine[place]) for place in places]


def prune_later(world: World, **duration: float) -> None:
    world.wait(**(duration or {"hours": 1}))
    world.prune()


def told(world: World) -> list[tuple[str, str]]:
    """Subjects and reasons of the losses announced so far."""
    return [
        (trouble.subject, trouble.reason)
        for topic, troubles, _ in world.announcer.troubles
        if topic.kind is TroubleKind.POINTS_LOST
        for trouble in troubles
    ]


def test_a_loss_is_announced_by_claim_with_its_newest_point(world: World) -> None:
    _, newest = lose(world, "data", 1, 2)
    (other,) = lose(world, "log", 0)
    prune_later(world)
    assert sorted(told(world)) == [
        (
            "shop/data of 2026-11-26 18:00 UTC",
            f"2 snapshots, such as {newest.id} were deleted in EC2, and not by Snapkeep",
        ),
        (
            "shop/log of 2026-11-24 18:00 UTC",
            f"its snapshot {other.id} was deleted in EC2, and not by Snapkeep",
        ),
    ]


def test_what_prune_deleted_is_no_loss() -> None:
    world = a_world(last=2)
    prune_later(world)
    assert len(world.ebs.all) == 4
    prune_later(world)
    assert told(world) == []


def test_a_snapshot_that_lost_its_tags_is_no_loss(world: World) -> None:
    (snapshot,) = lose(world, "data", 0)
    world.ebs.put(replace(snapshot, tags={}))
    prune_later(world)
    assert told(world) == []


def test_people_are_reminded_every_week_for_four_weeks(world: World) -> None:
    lose(world, "data", 0)
    for _ in range(24 * 2):
        prune_later(world)
    assert len(told(world)) == 1
    for _ in range(60):
        prune_later(world, days=1)
    assert len(told(world)) == 4


def test_a_second_loss_of_a_claim_is_news(world: World) -> None:
    lose(world, "data", 2)
    prune_later(world)
    lose(world, "data", 1)
    prune_later(world)
    assert [subject for subject, _ in told(world)] == [
        "shop/data of 2026-11-26 18:00 UTC",
        "shop/data of 2026-11-25 18:00 UTC",
    ]


def test_what_came_back_from_the_recycle_bin_is_not_reminded_of(world: World) -> None:
    (snapshot,) = lose(world, "data", 0)
    prune_later(world)
    world.ebs.put(snapshot)
    for _ in range(10):
        prune_later(world, days=1)
    assert len(told(world)) == 1


def test_a_loss_is_told_after_all_when_ec2_or_the_journal_did_not_answer(world: World) -> None:
    lose(world, "data", 0)
    world.ebs.fail_next("get_many", TemporaryError("EC2 did not answer"))
    prune_later(world)
    assert told(world) == []
    prune_later(world)
    assert len(told(world)) == 1


def test_a_death_after_telling_repeats_no_subject(world: World) -> None:
    lose(world, "data", 0)
    entries = [*world.journal.catalogue.all_entries("myeks")]
    prune_later(world)
    world.journal.catalogue.put_entries("myeks", entries)  # as if it had died before it removed them
    prune_later(world)
    assert len(told(world)) == 1
