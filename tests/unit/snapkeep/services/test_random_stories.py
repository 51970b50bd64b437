"""Random stories with fixed seeds: whatever comes in whatever order, a promise holds after each step."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import ClusterUnreachable, SnapkeepError, TemporaryError, Throttled
from snapkeep.domain.policies import Method
from snapkeep.domain.restore.holds import FOREVER
from tests.fakes.api import Api
from tests.fakes.faults import Crash, Faults
from tests.fakes.world import World
from tests.unit.snapkeep.services.restore.test_holds import Story
from tests.unit.snapkeep.services.restore.test_restore_races import HERE, a_world, ask, oldest, prune_all

HOLDERS = [
    "cluster ann",
    "namespace ann",
    "cluster bob",
    "restore 0123456789abcdef",
    "failed 00000000000000aa",
]
JOURNAL_CALLS = ["write_restore", "write_hold", "lift_hold", "remove_hold", "add_restore"]


def spoil(rnd: random.Random, journal: Faults, ebs: Faults) -> None:
    """Let one of the next calls fail: refused, throttled, or dead before or after it took effect."""
    port, call = rnd.choice(
        [(journal, rnd.choice(JOURNAL_CALLS)), (ebs, "add_tags"), (ebs, "remove_tags"), (ebs, "get")]
    )
    if rnd.random() < 0.3:
        port.crash_after(call)
    else:
        faults = [TemporaryError("no answer"), Throttled("slow down", timedelta(seconds=1)), Crash(call)]
        port.fail_next(call, rnd.choice(faults))


def attempt(act: Callable[[], object]) -> bool:
    """Whether it succeeded; a function may die, and AWS may not answer."""
    try:
        act()
    except (SnapkeepError, Crash):
        return False
    return True


@pytest.mark.parametrize("seed", range(40))
def test_what_somebody_holds_is_tagged_whatever_others_do(seed: int) -> None:
    rnd, story = random.Random(seed), Story()
    clock, point = story.clock, story.snapshot
    wanted: dict[str, datetime] = {}
    for _ in range(50):
        holder = rnd.choice(HOLDERS)
        match rnd.choice(["hold", "hold", "release", "end", "wait", "spoil", "lose"]):
            case "hold":
                until = rnd.choice([FOREVER, clock() + timedelta(hours=1), clock() + timedelta(days=1)])
                if attempt(lambda: story.holds.hold(point, holder, "audit", until)):  # noqa: B023
                    wanted[holder] = max(until, wanted.get(holder, until))
            case "release":
                wanted.pop(holder, None)
                attempt(lambda: story.holds.release(point, holder))  # noqa: B023
            case "end":
                attempt(story.holds.release_ended)
            case "wait":
                clock.forward(seconds=rnd.choice([1, 120, 3600, 90000]))
            case "spoil":
                spoil(rnd, story.journal, story.ebs)
            case "lose" if rnd.random() < 0.2:
                story.journal.holds.all.clear()
        wanted = {name: end for name, end in wanted.items() if end > clock()}
        assert story.tagged or not wanted, f"{wanted} hold nothing"


def a_step(rnd: random.Random, world: World, replies: list[int]) -> None:
    """Something that happens to a cluster in which people restore."""
    match rnd.choice(["ask", "finish", "finish", "finish", "prune", "prune", "wait", "wait", "use"]):
        case "ask" if len(replies) < 3:
            spoil(rnd, world.journal, world.ebs)
            wish = {"recovery_point": oldest(world), "target": f"back{len(replies)}"}
            attempt(lambda: ask(world, wish, replies))
        case "finish":
            spoil(rnd, world.journal, world.ebs)
            attempt(world.finisher.run)
        case "prune":
            attempt(lambda: prune_all(world))
        case "wait":
            world.wait(minutes=rnd.choice([1, 5, 20, 600, 2000]))
        case "use":
            for namespace, name in list(world.cluster.restored):
                attempt(lambda: world.cluster.bind_restored(namespace, name))  # noqa: B023


@pytest.mark.parametrize("seed", range(12))
def test_no_open_restore_loses_its_point_whatever_fails(seed: int) -> None:
    rnd = random.Random(seed)
    world = a_world(rnd.choice([Method.EBS, Method.CSI]))
    replies: list[int] = []
    assert Api(world).post(HERE, {"recovery_point": oldest(world), "target": "first"}).status == 202
    for _ in range(40):
        if rnd.random() < 0.1:
            world.clusters.fail_next("open", ClusterUnreachable("away"))
        a_step(rnd, world, replies)
        for port in (world.journal, world.ebs):
            port._before_errors.clear()
            port._after_errors.clear()
        for restore in world.journal.restores.all.values():
            assert restore.stage.is_final or restore.snapshot_id in world.ebs.all, restore
    assert any(tags.MANAGED in snapshot.tags for snapshot in world.ebs.all.values())
