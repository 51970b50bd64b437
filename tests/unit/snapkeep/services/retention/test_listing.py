"""The listing: which snapshots are points of a lineage, and which of them are new."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.retention.deletion.deletions import LastPrune
from tests.fakes.world import SLOT, names
from tests.unit.snapkeep.services.retention.test_survey import DAY, LINEAGE, a_world, survey, tallied


def test_of_two_snapshots_of_one_point_neither_counts_and_both_stay() -> None:
    world = a_world(3)
    first, second, newest = names(world.ebs.all.values())
    copy = world.ebs.create("vol-mysql", world.ebs.all[newest].tags, "copied").id
    world.ebs.complete()
    found = survey(world)
    assert [planned.snapshot_id for planned in found.deletions] == [first]
    assert sorted(item.snapshot_id for item in found.unreadable) == [newest, copy]
    assert newest in found.kept[copy][0] and copy in found.kept[newest][0]
    world.ebs.add_tags(copy, {tags.DUPLICATE: "true"})
    assert [planned.snapshot_id for planned in survey(world).deletions] == [first, second]


def test_a_lineage_of_twins_only_is_no_lineage() -> None:
    world = a_world(1)
    (only,) = world.ebs.all
    world.ebs.create("vol-mysql", world.ebs.all[only].tags, "copied")
    world.ebs.complete()
    assert tallied(survey(world)) == {} and survey(world).deletions == []


def test_a_duplicate_is_in_no_lineage() -> None:
    world = a_world(2)
    twin = names(world.ebs.all.values())[-1]
    world.ebs.add_tags(twin, {tags.DUPLICATE: "true"})
    assert tallied(survey(world)) == {LINEAGE: (1, 0)}
    assert survey(world).deletions == []


def test_a_pending_snapshot_is_remembered_and_counts_nowhere() -> None:
    world = a_world(2)
    newest = names(world.ebs.all.values())[-1]
    world.ebs.all[newest] = replace(world.ebs.all[newest], state=type(world.ebs.all[newest].state).PENDING)
    found = survey(world)
    assert found.pending == [newest] and tallied(found) == {LINEAGE: (1, 0)} and found.deletions == []


def test_new_is_what_started_since_or_was_pending_then() -> None:
    world = a_world(3)
    first, *_ = names(world.ebs.all.values())
    assert tallied(survey(world, LastPrune("myeks", SLOT + DAY / 2))) == {LINEAGE: (3, 2)}
    assert tallied(survey(world, LastPrune("myeks", SLOT + DAY / 2, (first,)))) == {LINEAGE: (3, 3)}
    assert tallied(survey(world, LastPrune("myeks", SLOT + 9 * DAY))) == {LINEAGE: (3, 0)}


def test_a_journal_of_long_ago_makes_no_points_of_years_new() -> None:
    world = a_world(40)
    first, *_ = names(world.ebs.all.values())
    assert tallied(survey(world, LastPrune("myeks", SLOT, (first,)))) == {LINEAGE: (40, 8)}


def test_without_a_last_prune_nothing_is_new() -> None:
    assert tallied(survey(a_world(3))) == {LINEAGE: (3, 0)}
