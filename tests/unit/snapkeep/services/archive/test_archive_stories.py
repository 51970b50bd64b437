"""Whatever happens in which order: no claim loses its points at hand, and nothing needed is archived."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.archive.records import ArchiveStage
from snapkeep.domain.errors import TemporaryError
from tests.fakes.archiving import ArchiveWorld

CALLS = ("archive", "tiers", "shared_with", "write_archive", "add_tags", "get", "find")


class Story:
    """A world to which something happens at random; `held` are the snapshots that were never let go."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.world = ArchiveWorld("mysql", "redis", months=3, own=self.random.choice((2, 3, 6)))
        self.held: set[str] = set()

    def step(self) -> None:
        """The next thing that happens."""
        world = self.world
        self.random.choice(
            (
                world.back_up_month,
                world.archive,
                world.archive,
                world.finish,
                lambda: world.finish("an internal error"),
                lambda: world.wait(hours=24),
                world.prune,
                self.hold,
                self.trouble,
            )
        )()

    def hold(self) -> None:
        """Somebody holds a point that is at hand and not on its way, for good."""
        open_ones = {name for name, each in self.world.records().items() if each.stage.is_open}
        free = [
            name for name, each in self.world.ebs.all.items() if not each.archived and name not in open_ones
        ]
        name = self.random.choice(free)
        snapshot = self.world.ebs.all[name]
        self.world.ebs.put(replace(snapshot, tags={**snapshot.tags, tags.HOLD: "true"}))
        self.held.add(name)

    def trouble(self) -> None:
        """A pass in which a call fails, or its answer is lost."""
        call, ports = self.random.choice(CALLS), (self.world.tiers, self.world.ebs, self.world.journal)
        for port in ports:
            if self.random.random() < 0.5:
                port.fail_next(call, TemporaryError(f"{call}: no answer"))
            else:
                port.lose_answer(call)
        self.world.archive()
        for port in ports:
            port.forget_faults()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_oldest_and_the_newest_stay_at_hand(seed: int) -> None:
    story = Story(seed)
    world = story.world
    for _ in range(40):
        story.step()
        for claim in ("mysql", "redis"):
            oldest, *_, newest = world.taken(claim)
            assert not world.ebs.all[oldest].archived and not world.ebs.all[newest].archived, seed
        for name in world.archived():
            assert name not in story.held, seed
            assert tags.ARCHIVED in world.ebs.all[name].tags, seed
    assert all(world.tiers.begun.count(name) <= 3 for name in world.tiers.begun), seed


def test_stories_archive_something() -> None:
    archived = 0
    for seed in range(6):
        story = Story(seed)
        for _ in range(40):
            story.step()
        archived += sum(each.stage is ArchiveStage.ARCHIVED for each in story.world.records().values())
    assert archived > 6
