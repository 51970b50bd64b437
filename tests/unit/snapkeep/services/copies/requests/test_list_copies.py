"""Lists of copies: what EC2 shows in the places, and what only the journal knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.copies.view.shown import CopyPage, CopyQuery, ShownCopy, ShownState
from snapkeep.domain.errors import BadCursor, NotFound, TemporaryError, UnknownCluster
from snapkeep.wiring.copies import list_copies
from tests.fakes.copies import BAD_KEY
from tests.fakes.copying import OSAKA, CopyWorld, to_osaka
from tests.fakes.world import SLOT, World, a_claim

EVERYTHING = CopyQuery()


def page(world: World, wanted: CopyQuery = EVERYTHING, limit: int = 50, cursor: str = "") -> CopyPage:
    return list_copies(world.ports()).page("myeks", wanted, limit, cursor)


def walk(world: World, limit: int) -> list[ShownCopy]:
    """All pages of the list, one after the other."""
    found: list[ShownCopy] = []
    cursor = ""
    while True:
        got = page(world, limit=limit, cursor=cursor)
        assert len(got.copies) <= limit
        found += got.copies
        cursor = got.cursor
        if not cursor:
            return found


def test_a_copy_is_listed_from_its_start_to_its_end() -> None:
    world = CopyWorld("mysql")
    assert [copy.state for copy in page(world).copies] == ["wanted"]
    world.turn()
    (copy,) = page(world).copies
    assert (copy.state, copy.claim, copy.place, copy.region) == ("pending", "mysql", "osaka", OSAKA.region)
    assert copy.taken == SLOT.replace(microsecond=0)
    world.finish()
    (copy,) = page(world).copies
    assert (copy.state, copy.policy, copy.size_bytes) == ("ready", "nightly", 4 * 2**30)
    assert any(item.reason.startswith("locked (governance)") for item in copy.protections)


def test_a_failed_copy_says_why_and_when_it_is_tried_again() -> None:
    world = CopyWorld("mysql")
    world.osaka.fails = [BAD_KEY]
    world.live(minutes=10)
    (copy,) = page(world).copies
    assert copy.state is ShownState.FAILED
    assert copy.reason.startswith("attempt 1 of 3") and BAD_KEY in copy.reason
    assert "tried again from 2026-11-24 18:" in copy.reason


def test_pages_hold_every_copy_once_in_one_order() -> None:
    world = CopyWorld("mysql", "wordpress", rule=to_osaka(retention={"last": "all"}))
    for day in range(1, 4):
        world.live(minutes=10)
        world.back_up_again(SLOT + timedelta(days=day))
    world.live(minutes=10)
    whole = page(world).copies
    assert len(whole) == 8
    assert [copy.position for copy in whole] == sorted(copy.position for copy in whole)
    for limit in (1, 3, 8):
        assert walk(world, limit) == list(whole)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (CopyQuery(namespace="shop", claim="mysql"), 1),
        (CopyQuery(namespace="other"), 0),
        (CopyQuery(place="osaka"), 2),
        (CopyQuery(policy="nightly", state=ShownState.READY), 2),
        (CopyQuery(policy="weekly"), 0),
        (CopyQuery(state=ShownState.FAILED), 0),
    ],
)
def test_lists_are_narrowed(wanted: CopyQuery, count: int) -> None:
    world = CopyWorld()
    world.live(minutes=10)
    assert len(page(world, wanted).copies) == count


def test_a_copy_of_another_cluster_or_deployment_is_not_listed() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    (copy,) = world.osaka.all.values()
    for key, other in ((tags.CLUSTER, "myeks-2"), (tags.DEPLOYMENT, "theirs")):
        mine = copy.tags[key]
        copy.tags[key] = other
        assert page(world).copies == ()
        copy.tags[key] = mine
    assert len(page(world).copies) == 1


def test_a_place_that_does_not_answer_is_named() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.osaka.fail_next("find", TemporaryError("the Region is away"))
    shown = page(world)
    assert (shown.copies, shown.unasked) == (
        (),
        "osaka (ap-northeast-3) did not answer: the Region is away",
    )


def test_without_places_nobody_is_asked() -> None:
    world = World(a_claim("mysql"))
    assert page(world) == CopyPage(())
    assert world.regions.all == {}
    with pytest.raises(NotFound, match="it has no places, so nothing is copied"):
        page(world, CopyQuery(place="osaka"))


def test_what_nobody_knows_is_refused() -> None:
    world = CopyWorld("mysql")
    with pytest.raises(NotFound, match=r"names no place osake: its places are osaka"):
        page(world, CopyQuery(place="osake"))
    with pytest.raises(UnknownCluster, match="it names myeks"):
        list_copies(world.ports()).page("nope", CopyQuery(), 50)
    with pytest.raises(BadCursor):
        page(world, cursor="nonsense")


def test_copies_in_a_vault_are_those_that_the_journal_knows() -> None:
    world = CopyWorld("mysql")
    world.live(minutes=10)
    world.deployment = replace(world.deployment, places=(replace(OSAKA, account="222233334444"),))
    world.osaka.fail_next("find", AssertionError("nobody here may look into the vault"))
    (copy,) = page(world, CopyQuery(state=ShownState.READY)).copies
    assert (copy.claim, copy.protections) == ("mysql", ())
