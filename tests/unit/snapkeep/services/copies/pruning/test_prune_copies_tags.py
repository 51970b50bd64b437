"""Tags that nothing else proves: whose copy it is, and how old its data is."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain.copies import tags as copy_tags
from tests.unit.snapkeep.services.copies.pruning.test_prune_copies import a_world, forged, there


def test_a_deployment_of_the_same_name_in_another_region_keeps_its_copies() -> None:
    world = a_world(4)
    model = there(world)[-1]
    others = [forged(world, model, number) for number in range(5)]
    whence = {copy_tags.COPY_FROM: "/us-east-1"}
    for each in others:
        world.osaka.put(replace(each, tags=each.tags | whence))
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


def test_a_copy_that_does_not_say_whence_it_comes_stays_and_is_reported() -> None:
    world = a_world(4)
    world.copied(1)
    oldest = there(world)[0]
    left = {key: text for key, text in oldest.tags.items() if key != copy_tags.COPY_FROM}
    world.osaka.all[oldest.id] = replace(oldest, tags=left)
    report = world.prune_copies()
    assert oldest.id in world.osaka.all
    assert "snapkeep:copy-from" in dict(report.keep)[oldest.id][0]
