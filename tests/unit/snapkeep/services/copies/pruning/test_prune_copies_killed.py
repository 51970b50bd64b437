"""prune_copies dies around any of its calls: the prunes after it leave what an undisturbed one leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.points import Snapshot, SnapshotState
from tests.fakes.copying import CopyWorld, to_osaka
from tests.fakes.crashes import CrashAt
from tests.fakes.faults import Crash

NEVER = -1
DEEDS = ["copy", "copy", "copy", "fail", "hold", "lock", "mark", "twin", "taken", "volume", "gone"]
HISTORIES = st.lists(st.sampled_from(DEEDS), min_size=2, max_size=9)
RULES = st.sampled_from([{"last": 1}, {"daily": 2, "max_age": "3d"}, {"weekly": 2}, {"within": "2d"}])
A_RICH_ONE = ["copy", "copy", "fail", "copy", "twin", "hold", "copy", "mark", "copy", "copy"]


def lived(crash: CrashAt, history: list[str], retention: dict[str, int | str]) -> CopyWorld:
    world = CopyWorld("mysql", "wordpress", rule=to_osaka(lock=None, retention=retention), wrap=crash)
    world.live(minutes=15)
    world.prune_copies()
    world.wait(days=3)
    for number, deed in enumerate(history):
        _do(world, deed, number)
    world.wait(hours=3)
    return world


def _do(world: CopyWorld, deed: str, number: int) -> None:
    newest = list(world.osaka.all.values())[-1]
    if deed == "copy":
        world.copied(1)
    elif deed == "fail":
        world.osaka.fails = ["Given key ID is not accessible"]
        world.copied(1)
    elif deed == "hold":
        world.osaka.add_tags(newest.id, {tags.HOLD: "true"})
    elif deed == "lock":
        world.osaka.locks[newest.id] = ()
    elif deed == "mark":
        world.osaka.add_tags(newest.id, {tags.DUPLICATE: "true"})
    elif deed == "twin":
        marked = newest.tags | {tags.DUPLICATE: "true"}
        world.osaka.put(replace(newest, id=f"snap-e{number:016x}", tags=marked))
    elif deed == "taken":
        world.osaka.add_tags(newest.id, {copy_tags.TAKEN: "20990101T000000Z"})
    elif deed == "volume":
        world.osaka.add_tags(newest.id, {copy_tags.SOURCE_VOLUME: "vol-other"})
    else:
        del world.osaka.all[newest.id]


def pruned(world: CopyWorld, times: int = 4) -> None:
    for _ in range(times):
        refusals = world.prune_copies(dry_run=True).refusals
        world.prune_copies(confirm=refusals[-1].token if refusals else "")


def good(world: CopyWorld) -> list[Snapshot]:
    """Copies that can be restored from, read without any code of retention."""
    return [
        copy
        for copy in world.osaka.all.values()
        if copy.state is SnapshotState.COMPLETED
        and tags.DUPLICATE not in copy.tags
        and copy.tags[copy_tags.TAKEN] < "2099"
    ]


def must_stay(world: CopyWorld) -> set[str]:
    """The newest good copies of each claim and of each source volume, and all that must not be deleted."""
    newest: dict[str, Snapshot] = {}
    for copy in good(world):
        for key in (copy.tags[tags.CLAIM_UID], copy.tags[copy_tags.SOURCE_VOLUME]):
            newest[key] = max(newest.get(key, copy), copy, key=lambda item: item.tags[copy_tags.TAKEN])
    kept = {copy.id for copy in world.osaka.all.values() if tags.HOLD in copy.tags}
    return {copy.id for copy in newest.values()} | kept | (set(world.osaka.locks) & set(world.osaka.all))


def undisturbed(history: list[str], retention: dict[str, int | str]) -> tuple[CopyWorld, int]:
    counter = CrashAt(NEVER, after=False)
    world = lived(counter, history, retention)
    counter.calls = 0
    world.prune_copies()
    calls = counter.calls
    pruned(world)
    return world, calls


def killed(
    history: list[str], retention: dict[str, int | str], step: int, *, after: bool
) -> tuple[CopyWorld, str]:
    killer = CrashAt(NEVER, after=after)
    world = lived(killer, history, retention)
    stay = must_stay(world)
    killer.step, killer.calls = step, 0
    with pytest.raises(Crash):
        world.prune_copies()
    if step % 2:
        world.wait(minutes=13)
    pruned(world)
    assert stay <= set(world.osaka.all), killer.crashed
    return world, killer.crashed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_a_death_around_any_call_changes_nothing_in_the_end(after: bool, every: int) -> None:
    whole, calls = undisturbed(A_RICH_ONE, {"last": 2})
    assert calls > 30 and whole.journal.deletions.ended
    for step in range(1, calls + 1, every):
        world, crashed = killed(A_RICH_ONE, {"last": 2}, step, after=after)
        assert set(world.osaka.all) == set(whole.osaka.all), f"step {step}: {crashed}"
        assert world.journal.deletions.under_way == {}, crashed


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(HISTORIES, RULES, st.integers(0, 10_000), st.booleans())
def test_so_it_is_for_any_history_and_points_at_home_stay(
    history: list[str], retention: dict[str, int | str], number: int, after: bool
) -> None:
    whole, calls = undisturbed(history, retention)
    world, crashed = killed(history, retention, number % calls + 1, after=after)
    assert set(world.osaka.all) == set(whole.osaka.all), crashed
    assert len(world.ebs.all) == len(whole.ebs.all) == 2 * (1 + sum(d in ("copy", "fail") for d in history))
    world.wait(days=400)
    stay = must_stay(world)
    pruned(world)
    assert stay <= set(world.osaka.all)
