"""Copies in a Region where points of the same cluster are: nothing that looks after points meets a copy.

Such a Region is the place of another deployment, or the place where a lost cluster was made anew under its
name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.copies.tags import copy_tags
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.report.catalogue import PointQuery, entry_of
from snapkeep.domain.retention.adoption import adopting_tags
from tests.fakes.world import SLOT, World, a_claim, a_policy

SEOUL = Place("seoul", "ap-northeast-2", "arn:aws:kms:ap-northeast-2:111122223333:key/1")
HOME = Home("111122223333", "ap-northeast-3")


def a_world(*, copied: bool) -> World:
    """Eight six-hourly points of two claims; each was copied here as well, an hour after it was taken."""
    world = World(a_claim("mysql"), a_claim("files"), policy=a_policy(retention={"last": 3}))
    for number in range(8):
        world.back_up(SLOT + timedelta(hours=6) * number)
        if number == 2:
            world.prune()
    if copied:
        for number, source in enumerate(list(world.ebs.all.values())):
            tags = copy_tags(source, SEOUL, HOME)
            started = source.started_at + timedelta(hours=1)
            copy = replace(
                source, id=f"snap-copy{number}", volume_id="vol-ffffffff", started_at=started, tags=tags
            )
            world.ebs.put(copy)
    return world


def pruned(world: World) -> object:
    report = world.prune()
    return report.delete, report.keep, report.ended, report.notes, report.refused


def listed(world: World) -> object:
    return world.actions().list_points("myeks", PointQuery(), 100, "")


def covered(world: World) -> object:
    return world.actions().show_coverage("myeks", "")


def reported(world: World) -> object:
    return asdict(world.gatherer.report("myeks"))


def swept(world: World) -> object:
    world.wait(days=2)
    return [report.orphans for report in world.sweeper.run(PruneRequest(orphans=True))]


def reconciled(world: World) -> object:
    return world.reconcile()


def deduplicated(world: World) -> object:
    return world.prune_twins()


LOOKS: tuple[Callable[[World], Any], ...] = (
    pruned,
    listed,
    covered,
    reported,
    swept,
    reconciled,
    deduplicated,
)


@pytest.mark.parametrize("look", LOOKS)
def test_with_copies_everything_looks_as_without(look: Callable[[World], Any]) -> None:
    world = a_world(copied=True)
    copies = {name: item for name, item in world.ebs.all.items() if name.startswith("snap-copy")}
    assert len(copies) >= 12
    assert look(world) == look(a_world(copied=False))
    assert {name: item for name, item in world.ebs.all.items() if name in copies} == copies


def test_a_copy_is_neither_adopted_nor_catalogued() -> None:
    world = a_world(copied=True)
    copy = world.ebs.all["snap-copy0"]
    assert adopting_tags(copy, "myeks", "blue", copy.tags["snapkeep:deployment"]) == {}
    assert entry_of(copy) is None
