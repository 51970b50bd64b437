"""Whose tags are believed right before a deletion."""

from __future__ import annotations

import pytest

from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld, why


@pytest.mark.parametrize("change", [{"policy": "weekly"}, {"slot": "20200101T000000Z"}, {"managed": None}])
def test_whoever_edits_tags_deletes_nothing_and_saves_the_edited_point(change: dict[str, str | None]) -> None:
    world = PruneWorld()
    world.nights(3)
    edited = world.good()[0].arn
    world.backup.tag(edited, **change)
    world.nights(5)

    assert edited in world.backup.stored
    assert len(world.good()) == 4


def test_a_point_whose_shield_was_edited_stays() -> None:
    world = PruneWorld()
    world.nights(3)
    world.night(prune=False)
    oldest, newest = world.good()[0].arn, world.good()[-1].arn
    world.backup.tag(newest, policy="weekly")

    report = world.prune()

    assert oldest in world.backup.stored
    assert "somebody edited them" in why(report)[oldest]
