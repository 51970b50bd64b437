"""Copies that send everything again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain.troubles import TroubleKind
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
from tests.fakes.world_reads import SLOT

DAY = timedelta(days=1)


def copied(world: CopyWorld, day: int, *, incremental: bool) -> None:
    """Copy the point of another day, and let the event say whether only changed blocks were sent."""
    world.back_up_again(SLOT + day * DAY)
    world.turn()
    for snapshot_id in world.osaka.finish_copies():
        world.taker.in_region(OSAKA.region, world.owner(), {snapshot_id: incremental})


def test_a_changed_key_is_told_with_its_price_until_the_volumes_are_copied_under_it() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.live(minutes=15)
    changed = replace(OSAKA, kms_key=OSAKA.kms_key[:-1] + "2")
    world.deployment = replace(world.deployment, places=(changed,))
    world.build()
    for _ in range(3):
        world.turn()
        world.wait(minutes=5)
    (reason,) = world.told(TroubleKind.COPIES_FULL)
    assert "under another key than its kms_key: 1." in reason and "4 GiB and $0.08 at most" in reason
    copied(world, 1, incremental=False)
    (_, again) = world.told(TroubleKind.COPIES_FULL)
    assert "sent all of vol-mysql (4 GiB and $0.08 at most)" in again and "under another key" in again
    world.wait(days=8)
    world.turn()
    assert len(world.told(TroubleKind.COPIES_FULL)) == 2


def test_a_first_copy_is_full_and_no_trouble_and_a_full_one_a_day_is_told_once_a_week() -> None:
    world = CopyWorld("mysql", rule=to_osaka(lock=None))
    world.turn()
    for snapshot_id in world.osaka.finish_copies():
        world.taker.in_region(OSAKA.region, world.owner(), {snapshot_id: False})
    copied(world, 1, incremental=True)
    assert world.told(TroubleKind.COPIES_FULL) == []
    for day in range(2, 11):
        copied(world, day, incremental=False)
        world.wait(hours=23)
    assert len(world.told(TroubleKind.COPIES_FULL)) == 2
