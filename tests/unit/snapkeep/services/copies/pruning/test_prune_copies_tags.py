"""Tags that nothing else proves: whose copy it is, and how old its data is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import CopyWorld
from tests.unit.snapkeep.domain.copies.copy_samples import moved_to, with_tags
from tests.unit.snapkeep.services.copies.pruning.test_prune_copies import a_world, forged, there


def test_a_deployment_of_the_same_name_in_another_region_keeps_its_copies() -> None:
    world = a_world(4)
    model = there(world)[-1]
    others = [forged(world, model, number) for number in range(5)]
    whence = {copy_tags.COPY_FROM: "/us-east-1"}
    for each in others:
        world.osaka.put(with_tags(each, whence))
    records = len(world.journal.copies.all)
    world.copied(3, prune=True)
    assert {each.id for each in others} <= set(world.osaka.all)
    assert len(there(world)) == 3 + 5
    assert len(world.journal.copies.all) == records + 3


def test_a_tag_that_makes_a_copy_look_old_deletes_nothing() -> None:
    world = a_world(8, retention={"daily": 6, "max_age": "30d"})
    before = set(world.osaka.all)
    world.osaka.add_tags(there(world)[-3].id, {copy_tags.TAKEN: "20200101T000000Z"})
    world.prune_copies()
    assert set(world.osaka.all) == before


def test_tags_that_fit_each_other_and_name_an_older_point_delete_nothing_and_are_told() -> None:
    world = a_world(8, retention={"daily": 6, "max_age": "30d"})
    before = set(world.osaka.all)
    victim = there(world)[-3]
    world.osaka.add_tags(victim.id, moved_to(victim, world.clock() - timedelta(days=60)))
    report = world.prune_copies()
    assert set(world.osaka.all) == before
    assert "somebody edited the tags. Write them back" in dict(report.keep)[victim.id][0]


def test_the_newest_copy_made_older_by_its_tags_is_told_as_lost_with_what_it_was() -> None:
    world = a_world(4)
    world.back_up_again(world.clock() + timedelta(days=1))
    world.live(minutes=15)
    victim = there(world)[-1]
    world.wait(hours=3)
    world.osaka.add_tags(victim.id, moved_to(victim, world.clock() - timedelta(days=60)))
    world.turn()
    (told,) = world.told(TroubleKind.COPIES_LOST)
    assert victim.id in told and victim.tags[tags.POINT] in told


def test_a_copy_that_does_not_say_whence_it_comes_stays_and_is_reported() -> None:
    world = a_world(4)
    world.copied(1)
    oldest = there(world)[0]
    left = {key: text for key, text in oldest.tags.items() if key != copy_tags.COPY_FROM}
    world.osaka.all[oldest.id] = replace(oldest, tags=left)
    report = world.prune_copies()
    assert oldest.id in world.osaka.all
    assert "snapkeep:copy-from" in dict(report.keep)[oldest.id][0]


def marked(world: CopyWorld, victim: Snapshot, tool: Snapshot) -> None:
    """Make a copy look like the second one of another copy, by tags alone."""
    world.osaka.all[tool.id] = replace(tool, tags=dict(victim.tags))
    world.osaka.add_tags(victim.id, {tags.DUPLICATE: "true"})


def test_another_copy_with_the_tags_of_a_kept_one_deletes_it_neither_with_nor_without_its_record() -> None:
    for expired in (False, True):
        world = a_world(5, retention={"last": 9})
        victim, tool, *_ = there(world)
        marked(world, victim, tool)
        if expired:
            world.journal.copies.all = {
                key: record
                for key, record in world.journal.copies.all.items()
                if record.snapshot_id != victim.id
            }
        report = world.prune_copies()
        assert victim.id in world.osaka.all
        assert "snapkeep:duplicate" in dict(report.keep)[victim.id][0]


def test_a_second_copy_goes_when_the_journal_counts_the_first() -> None:
    world = a_world(3)
    first = there(world)[-1]
    second = replace(first, id="snap-0second", tags=first.tags | {tags.DUPLICATE: "true"})
    world.osaka.put(second)
    world.prune_copies()
    assert second.id not in world.osaka.all and first.id in world.osaka.all
