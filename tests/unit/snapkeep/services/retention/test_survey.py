"""The survey: what it counts, what is new, and which good point shields a deletion."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.deletion.deletions import LastPrune
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import Duration, RetentionRules
from snapkeep.services.retention.listing import Found, ListingReader
from snapkeep.services.retention.survey import Survey, survey_of
from tests.fakes.world import SLOT, World, a_claim, names

LINEAGE = "uid-shop-mysql/nightly"
DAY = timedelta(days=1)


def a_world(days: int) -> World:
    world = World(a_claim("mysql"))
    for number in range(days):
        world.back_up(SLOT + number * DAY)
    return world


def found_in(world: World, last: LastPrune | None = None, *more: Snapshot) -> Found:
    reader = ListingReader("myeks", last, timedelta(minutes=5), world.clock())
    return reader.settle(reader.read([*world.ebs.all.values(), *more]))


def survey(world: World, last: LastPrune | None = None, keep: int = 1) -> Survey:
    policies = {"nightly": PolicyRetention(RetentionRules(last=keep))}
    return survey_of(found_in(world, last), policies, world.clock())


def tallied(found: Survey) -> dict[str, tuple[int, int]]:
    """Lineage to its points and how many of them are new."""
    return {name: (tally.points, tally.new) for name, tally in found.tallies.items()}


def test_the_newest_good_point_that_stays_shields_the_others() -> None:
    world = a_world(3)
    newest = names(world.ebs.all.values())[-1]
    assert {planned.shield for planned in survey(world).deletions} == {newest}


def test_what_was_refused_stays_with_the_reason_and_gives_no_room() -> None:
    plan = survey(a_world(4))
    first, second, third = (planned.snapshot_id for planned in plan.deletions)
    plan.refuse({first: "refused", second: "refused", "snap-gone": "refused"})
    assert [planned.snapshot_id for planned in plan.deletions] == [third]
    assert plan.kept[first] == ("refused",) and "snap-gone" not in plan.kept
    assert [(change.points, change.beyond) for change in plan.changes([])] == [(2, (third,))]


def test_a_snapshot_that_a_listing_shows_twice_is_one_point() -> None:
    world = a_world(3)
    first, second, newest = names(world.ebs.all.values())
    listed = found_in(world, None, world.ebs.all[newest])
    found = survey_of(listed, {"nightly": PolicyRetention(RetentionRules(last=2))}, world.clock())
    assert [planned.snapshot_id for planned in found.deletions] == [first]
    assert sorted(found.kept) == [second, newest]


def test_what_was_let_through_weighs_nothing_any_more() -> None:
    plan = survey(a_world(4))
    assert [change.deletions for change in plan.changes([])] == [3]
    assert [change.deletions for change in plan.changes([plan.deletions[0].snapshot_id])] == [2]


def test_a_claim_that_is_gone_is_planned_by_its_own_rule() -> None:
    world = a_world(3)
    rules = RetentionRules(last=3, after_claim_deleted=Duration(days=7))
    listed = found_in(world)
    assert listed.newest() == {"uid-shop-mysql": SLOT + 2 * DAY}
    gone = {"uid-shop-mysql": SLOT - 30 * DAY}
    found = survey_of(listed, {"nightly": PolicyRetention(rules)}, world.clock(), gone)
    assert len(found.deletions) == 2 and found.tallies[LINEAGE].claim_over
    assert all("after_claim_deleted 7d has passed" in planned.reason for planned in found.deletions)


def test_what_stays_after_all_is_no_deletion_and_has_its_reasons() -> None:
    found = survey(a_world(4))
    first, second, third = (planned.snapshot_id for planned in found.deletions)
    found.keep({first: ("locked",), third: ("used by AMI ami-1",)})
    assert [planned.snapshot_id for planned in found.deletions] == [second]
    assert (found.kept[first], found.kept[third]) == (("locked",), ("used by AMI ami-1",))
