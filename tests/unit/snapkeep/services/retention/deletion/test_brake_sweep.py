"""What the brake lets a sweep delete."""

from __future__ import annotations

import pytest

from snapkeep.domain.retention.deletion.orphans import Orphan, OrphanKind
from snapkeep.services.retention.deletion.brake_sweep import LATE, OBJECTS, BrakedSweep, BrakeSweep, group_of
from tests.fakes import MemoryJournal
from tests.fakes.world import SLOT


def late(*numbers: int) -> list[Orphan]:
    return [Orphan(OrphanKind.LATE_SNAPSHOT, f"snap-{number}", "late", deletable=True) for number in numbers]


def apply(
    journal: MemoryJournal, going: list[Orphan], total: int, confirm: str = "", gone: tuple[str, ...] = ()
) -> BrakedSweep:
    brake = BrakeSweep(journal.refusals, "myeks", SLOT)
    return brake.apply(going, {LATE: total, OBJECTS: 0}, gone, confirm, rehearse=False)


@pytest.mark.parametrize(("count", "total", "refused"), [(1, 2, 0), (2, 10, 0), (2, 9, 2), (3, 14, 3)])
def test_a_fifth_may_go_and_one_in_any_case(count: int, total: int, refused: int) -> None:
    braked = apply(MemoryJournal(), late(*range(count)), total)
    assert sum(item.count for item in braked.refusals) == refused
    assert len(braked.allowed) == count - refused


def test_what_is_refused_gives_no_room_to_lose_more() -> None:
    journal = MemoryJournal()
    apply(journal, late(*range(6)), 14)
    assert len(apply(journal, late(*range(7)), 15).allowed) == 1
    assert len(apply(journal, late(*range(6), 8, 9), 15).allowed) == 0


def test_a_confirmed_refusal_lets_its_own_orphans_go_and_no_others() -> None:
    journal = MemoryJournal()
    (refusal,) = apply(journal, late(1, 2, 3), 10).refusals
    braked = apply(journal, late(1, 2, 3, 4, 5, 6), 20, refusal.token)
    assert len(braked.allowed) == 6
    braked = apply(journal, late(1, 2, 3, 7, 8, 9), 10, refusal.token)
    assert {item.name for item in braked.allowed} == {"snap-1", "snap-2", "snap-3"}
    assert braked.confirmed and braked.confirmed.token == refusal.token
    BrakeSweep(journal.refusals, "myeks", SLOT).close(braked.confirmed)
    assert BrakeSweep(journal.refusals, "myeks", SLOT).held() == {"snap-7", "snap-8", "snap-9"}


def test_the_token_of_a_rehearsal_confirms_the_same_orphans_when_they_are_refused() -> None:
    brake = BrakeSweep(MemoryJournal().refusals, "myeks", SLOT)
    totals = {LATE: 10, OBJECTS: 0}
    (shown,) = brake.apply(late(1, 2, 3), totals, (), "", rehearse=True).refusals
    others = brake.apply(late(1, 2, 3, 4), totals, (), shown.token, rehearse=True)
    assert (others.allowed, others.confirmed) == ((), None)
    assert len(brake.apply(late(1, 2, 3), totals, (), shown.token, rehearse=False).allowed) == 3


def test_objects_are_judged_by_themselves() -> None:
    content = Orphan(OrphanKind.CONTENT, "snapcontent-1", "gone", deletable=True)
    assert (group_of(content), group_of(late(1)[0])) == (OBJECTS, LATE)
