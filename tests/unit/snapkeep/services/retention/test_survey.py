"""The survey: what it counts, what is new, and which good point shields a deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.retention.deletion.deletions import LastPrune
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.rules import Duration, RetentionRules
from snapkeep.services.retention.survey import Survey, Surveyor
from tests.fakes.world import SLOT, World, a_claim, names

LINEAGE = "uid-shop-mysql/nightly"
DAY = timedelta(days=1)


def a_world(days: int) -> World:
    world = World(a_claim("mysql"))
    for number in range(days):
        world.back_up(SLOT + number * DAY)
    return world


def survey(world: World, last: LastPrune | None = None, keep: int = 1) -> Survey:
    policies = {"nightly": PolicyRetention(RetentionRules(last=keep))}
    surveyor = Surveyor("myeks", last, timedelta(minutes=5), world.clock())
    return surveyor.plan(surveyor.read(world.ebs.all.values()), policies)


def tallied(found: Survey) -> dict[str, tuple[int, int]]:
    """Lineage to its points and how many of them are new."""
    return {name: (tally.points, tally.new) for name, tally in found.tallies.items()}


def test_the_newest_good_point_that_stays_shields_the_others() -> None:
    world = a_world(3)
    newest = names(world.ebs.all.values())[-1]
    assert {planned.shield for planned in survey(world).deletions} == {newest}


def test_without_a_last_prune_nothing_is_new() -> None:
    assert tallied(survey(a_world(3))) == {LINEAGE: (3, 0)}


def test_new_is_what_started_since_or_was_pending_then() -> None:
    world = a_world(3)
    first, *_ = names(world.ebs.all.values())
    assert tallied(survey(world, LastPrune("myeks", SLOT + DAY / 2))) == {LINEAGE: (3, 2)}
    assert tallied(survey(world, LastPrune("myeks", SLOT + DAY / 2, (first,)))) == {LINEAGE: (3, 3)}
    assert tallied(survey(world, LastPrune("myeks", SLOT + 9 * DAY))) == {LINEAGE: (3, 0)}


def test_a_journal_of_long_ago_makes_no_points_of_years_new() -> None:
    world = a_world(40)
    first, *_ = names(world.ebs.all.values())
    assert tallied(survey(world, LastPrune("myeks", SLOT, (first,)))) == {LINEAGE: (40, 8)}


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
    surveyor = Surveyor("myeks", None, timedelta(minutes=5), world.clock())
    listed = surveyor.read([*world.ebs.all.values(), world.ebs.all[newest]])
    found = surveyor.plan(listed, {"nightly": PolicyRetention(RetentionRules(last=2))})
    assert [planned.snapshot_id for planned in found.deletions] == [first]
    assert sorted(found.kept) == [second, newest]


def test_of_two_snapshots_of_one_point_neither_counts_and_both_stay() -> None:
    world = a_world(3)
    first, second, newest = names(world.ebs.all.values())
    copy = world.ebs.create("vol-mysql", world.ebs.all[newest].tags, "copied").id
    world.ebs.complete()
    found = survey(world)
    assert [planned.snapshot_id for planned in found.deletions] == [first]
    assert sorted(item.snapshot_id for item in found.unreadable) == [newest, copy]
    assert newest in found.kept[copy][0] and copy in found.kept[newest][0]
    world.ebs.add_tags(copy, {tags.DUPLICATE: "true"})
    assert [planned.snapshot_id for planned in survey(world).deletions] == [first, second]


def test_a_lineage_of_twins_only_is_no_lineage() -> None:
    world = a_world(1)
    (only,) = world.ebs.all
    world.ebs.create("vol-mysql", world.ebs.all[only].tags, "copied")
    world.ebs.complete()
    assert tallied(survey(world)) == {} and survey(world).deletions == []


def test_a_duplicate_is_in_no_lineage() -> None:
    world = a_world(2)
    twin = names(world.ebs.all.values())[-1]
    world.ebs.add_tags(twin, {tags.DUPLICATE: "true"})
    assert tallied(survey(world)) == {LINEAGE: (1, 0)}
    assert survey(world).deletions == []


def test_what_was_let_through_weighs_nothing_any_more() -> None:
    plan = survey(a_world(4))
    assert [change.deletions for change in plan.changes([])] == [3]
    assert [change.deletions for change in plan.changes([plan.deletions[0].snapshot_id])] == [2]


def test_a_pending_snapshot_is_remembered_and_counts_nowhere() -> None:
    world = a_world(2)
    newest = names(world.ebs.all.values())[-1]
    world.ebs.all[newest] = replace(world.ebs.all[newest], state=type(world.ebs.all[newest].state).PENDING)
    found = survey(world)
    assert found.pending == [newest] and tallied(found) == {LINEAGE: (1, 0)} and found.deletions == []


def test_a_claim_that_is_gone_is_planned_by_its_own_rule() -> None:
    world = a_world(3)
    rules = RetentionRules(last=3, after_claim_deleted=Duration(days=7))
    surveyor = Surveyor("myeks", None, timedelta(minutes=5), world.clock())
    listed = surveyor.read(world.ebs.all.values())
    assert listed.newest() == {"uid-shop-mysql": SLOT + 2 * DAY}
    gone = {"uid-shop-mysql": SLOT - 30 * DAY}
    found = surveyor.plan(listed, {"nightly": PolicyRetention(rules)}, gone)
    assert len(found.deletions) == 2 and found.tallies[LINEAGE].claim_over
    assert all("after_claim_deleted 7d is over" in planned.reason for planned in found.deletions)


def test_what_stays_after_all_is_no_deletion_and_has_its_reasons() -> None:
    found = survey(a_world(4))
    first, second, third = (planned.snapshot_id for planned in found.deletions)
    found.keep({first: ("locked",), third: ("used by AMI ami-1",)})
    assert [planned.snapshot_id for planned in found.deletions] == [second]
    assert (found.kept[first], found.kept[third]) == (("locked",), ("used by AMI ami-1",))
