"""A hold that only a tag knows ends when its tag says so."""

from __future__ import annotations

from dataclasses import replace

from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.errors import Throttled
from snapkeep.services.restore.sweep_holds import SweepHolds
from tests.fakes.adopting import AdoptingWorld
from tests.unit.snapkeep.services.restore.hold_story import Story


class Swept(Story):
    """One held point of a deployment whose journal is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.hold("restore 0123456789abcdef")
        self.journal.holds.all.clear()
        deployment = AdoptingWorld().deployment
        self.sweep = SweepHolds(deployment, self.ebs, self.ebs, self.holds, self.clock)

    def is_held(self) -> bool:
        self.sweep.run()
        return self.tagged


def test_it_is_lifted_at_its_end_and_not_before() -> None:
    story = Swept()
    assert story.is_held()
    story.clock.forward(hours=25)
    assert not story.is_held()


def test_a_hold_that_the_journal_knows_is_left_to_it() -> None:
    story = Swept()
    story.hold("restore 0123456789abcdef")
    story.clock.forward(hours=25)
    assert story.is_held()


def test_a_hold_by_hand_or_without_an_end_stays() -> None:
    for value in ("true", "audit 2026", "cluster:admin-0a1b2c3d4e", "restore:1@20261399T000000Z"):
        story = Swept()
        story.tag_by_hand(value)
        story.clock.forward(days=99)
        assert story.is_held()


def held_copy(*others: str) -> Swept:
    story = Swept()
    point = story.ebs.all[story.snapshot]
    marked = point.tags | {tags.MANAGED: COPY} | dict.fromkeys(others, "true")
    story.ebs.all[story.snapshot] = replace(point, tags=marked)
    story.clock.forward(hours=25)
    return story


def test_copies_are_looked_at_where_they_are_adopted() -> None:
    story = held_copy()
    story.sweep = replace(story.sweep, deployment=replace(story.sweep.deployment, adopt=False))
    assert story.is_held()
    story.sweep = replace(story.sweep, deployment=replace(story.sweep.deployment, adopt=True))
    assert not story.is_held()


def test_a_copy_keeps_its_hold_while_it_carries_a_drivers_tags() -> None:
    story = held_copy("ebs.csi.aws.com/cluster")
    assert story.is_held()


def test_trouble_is_told_in_the_pass_and_the_next_one_lifts_it() -> None:
    world = AdoptingWorld()
    copy = world.copy_of()
    world.ebs.add_tags(copy.id, {tags.HOLD: "restore:0123456789abcdef@20200101T000000Z"})
    world.ebs.fail_next("remove_tags", Throttled("RequestLimitExceeded"))
    assert copy.id in world.finisher.run().given_up["forgotten holds"]
    assert world.finisher.run().given_up == {}
    assert tags.HOLD not in world.copy_of().tags
