"""A pass that dies anywhere archives each point once, and the next passes bring the journal up to EC2."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.archive.records import ArchiveStage
from tests.fakes.archiving import ArchiveWorld
from tests.fakes.crashes import CrashAt


def days(world: ArchiveWorld, crash: CrashAt) -> None:
    """A pass that dies, and those of the following days."""
    world.archive(wrap=crash)
    for _ in range(3):
        world.finish()
        world.wait(hours=24)
        world.archive()


def steps() -> int:
    counter = CrashAt(0, after=False)
    ArchiveWorld(months=3).archive(wrap=counter)
    return counter.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_step_archives_the_point_once(after: bool) -> None:
    total = steps()
    assert total > 15
    for step in range(1, total + 1):
        world, crash = ArchiveWorld(months=3), CrashAt(step, after=after)
        days(world, crash)
        assert crash.crashed, step
        point = world.taken()[1]
        assert world.archived() == [point], crash.crashed
        assert world.records()[point].stage is ArchiveStage.ARCHIVED, crash.crashed
        assert tags.archived_at_of(world.ebs.all[point].tags) is not None
        assert world.tiers.begun == [point], crash.crashed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_while_settling_loses_no_end(after: bool) -> None:
    step, crash = 0, CrashAt(0, after=after)
    while step == 0 or crash.crashed:
        step += 1
        world, crash = ArchiveWorld(months=3), CrashAt(step, after=after)
        world.archive()
        (point,) = world.finish()
        world.wait(hours=24)
        world.archive(wrap=crash)
        world.archive()
        assert world.records()[point].stage is ArchiveStage.ARCHIVED, crash.crashed
    assert step > 8
