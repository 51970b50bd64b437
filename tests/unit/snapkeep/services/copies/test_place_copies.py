"""What EC2 shows of a place: copies by id and by point, and what cannot be read as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.points import SnapshotState
from snapkeep.services.copies.place_copies import PlaceCopies, key_of, read_place
from tests.fakes.copying import OSAKA, CopyWorld


def listed(world: CopyWorld) -> PlaceCopies:
    return read_place(world.regions.snapshots(OSAKA.region), OSAKA)


def test_copies_stand_for_their_points_oldest_first_without_failed_ones_and_duplicates() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (copy,) = world.osaka.all.values()
    later = replace(copy, id="snap-later", started_at=copy.started_at + timedelta(minutes=1))
    bad = replace(copy, id="snap-bad", state=SnapshotState.ERROR)
    twin = replace(copy, id="snap-twin", tags=copy.tags | {tags.DUPLICATE: "true"})
    for each in (later, bad, twin):
        world.osaka.put(each)
    world.wait(minutes=2)
    found = listed(world)
    ((point, copies),) = found.by_point.items()
    assert [each.snapshot_id for each in copies] == [copy.id, "snap-later"]
    assert point == key_of(copies[0])
    assert sorted(found.by_id) == sorted([copy.id, "snap-bad", "snap-later", "snap-twin"])
    assert len(found.pending) == 3


def test_what_no_longer_says_what_it_is_a_copy_of_counts_nowhere() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (copy,) = world.osaka.all.values()
    world.osaka.all[copy.id] = replace(copy, tags={**copy.tags, tags.NAMESPACE: ""})
    found = listed(world)
    assert (found.by_id, found.by_point) == ({}, {})
    assert [each.snapshot_id for each in found.unreadable] == [copy.id]


def test_points_and_copies_of_other_places_are_no_copies_here() -> None:
    world = CopyWorld("mysql")
    world.turn()
    (copy,) = world.osaka.all.values()
    world.osaka.all[copy.id] = replace(copy, tags={**copy.tags, "snapkeep:place": "elsewhere"})
    world.osaka.put(replace(next(iter(world.ebs.all.values())), id="snap-point"))
    assert listed(world) == PlaceCopies([], [])
