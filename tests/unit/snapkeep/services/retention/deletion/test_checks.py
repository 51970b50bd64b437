"""Right before a deletion: what is asked of EC2, how often, and what makes a snapshot stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import USUAL_NAME
from snapkeep.domain.proof.checks import Subject
from snapkeep.domain.proof.suspicions import Suspicion
from snapkeep.domain.restore.holds import BY_HAND, Hold
from snapkeep.domain.retention.candidates import locked
from snapkeep.domain.retention.deletion.deletions import PlannedDeletion
from snapkeep.services.retention.deletion.checks import Checks, OurPoints
from tests.fakes.world import SLOT, World, a_claim, names


@pytest.fixture
def world() -> World:
    world = World(a_claim("mysql"))
    for number in range(3):
        world.back_up(SLOT + number * timedelta(days=1))
    return world


def checks(world: World) -> Checks:
    ids = names(world.ebs.all.values())
    ours = OurPoints(USUAL_NAME, "myeks")
    stores = world.journal
    return Checks(world.ebs, stores.restores, stores.holds, stores.suspicions, ours, ids, world.clock())


def check_shield(looking: Checks, world: World, shield: str, volume: str = "vol-mysql") -> None:
    going = replace(next(iter(world.ebs.all.values())), volume_id=volume)
    looking.check_planned(PlannedDeletion(going.id, shield=shield), going)


def test_what_may_go_is_there_and_what_is_gone_or_in_the_bin_is_not(world: World) -> None:
    first, second, third = names(world.ebs.all.values())
    looking = checks(world)
    assert looking.look(first) == (world.ebs.all[first], True)
    world.ebs.all[second] = replace(world.ebs.all[second], state=SnapshotState.RECOVERABLE)
    assert looking.look(second) == (world.ebs.all[second], False)
    del world.ebs.all[third]
    assert looking.look(third) == (None, False)


def test_the_last_good_point_before_one_that_became_suspicious_since_the_plan_stays(world: World) -> None:
    first, second, _ = names(world.ebs.all.values())
    bad = Subject("sk-bad", "snap-bad", "myeks", "shop", "mysql", "uid-mysql", world.clock())
    world.journal.suspicions.write_suspicion(Suspicion(bad, "all changed", first))
    with pytest.raises(PermanentError, match="the last good point before sk-bad"):
        checks(world).look(first)
    assert checks(world).look(second)[1]


def test_a_hold_that_its_tag_does_not_show_yet_forbids_until_it_ends(world: World) -> None:
    first, second, _ = names(world.ebs.all.values())
    soon = world.clock() + timedelta(hours=1)
    world.journal.holds.write_hold(Hold(first, "cluster ann", "audit", soon))
    world.journal.holds.write_hold(Hold(second, BY_HAND, "somebody set the tag by hand"))
    with pytest.raises(PermanentError, match="held by cluster ann, although its tags do not say so"):
        checks(world).look(first)
    assert checks(world).look(second)[1], "one set by hand is in the tag or nowhere"
    world.wait(hours=2)
    assert checks(world).look(first)[1]


def test_a_hold_an_archive_tier_and_foreign_tags_forbid(world: World) -> None:
    first, second, third = names(world.ebs.all.values())
    world.ebs.add_tags(first, {tags.HOLD: "true"})
    world.ebs.all[second] = replace(world.ebs.all[second], archived=True)
    world.ebs.add_tags(third, {tags.CLUSTER: "other"})
    for name, reason in ((first, "held"), (second, "archive"), (third, "ours")):
        with pytest.raises(PermanentError, match=reason):
            checks(world).look(name)


def test_one_that_its_policy_had_archived_may_go_unless_it_is_back_for_a_time(world: World) -> None:
    first, second, _ = names(world.ebs.all.values())
    for name in (first, second):
        world.ebs.add_tags(name, {tags.ARCHIVED: "20260801T020000Z"})
        world.ebs.archive(name)
    assert checks(world).look(first)[1]
    world.ebs.restore_tier(second, world.clock() + timedelta(days=7))
    with pytest.raises(PermanentError, match="restored from the archive tier until"):
        checks(world).look(second)


def test_what_another_deployment_took_over_stays_and_the_reason_names_it(world: World) -> None:
    first, second, _ = names(world.ebs.all.values())
    world.ebs.add_tags(first, {tags.DEPLOYMENT: "green"})
    with pytest.raises(PermanentError, match="belongs to the deployment green"):
        checks(world).look(first)
    world.ebs.remove_tags(second, {tags.DEPLOYMENT: USUAL_NAME})
    assert checks(world).look(second)[1]


def test_locks_are_asked_for_once_a_batch_and_one_by_one_if_a_member_is_unknown(world: World) -> None:
    first, second, _ = names(world.ebs.all.values())
    world.ebs.locks[first] = (locked("governance", None),)
    world.ebs.fail_next("protections", NotFound("snap-x does not exist"))
    looking = checks(world)
    with pytest.raises(PermanentError, match="locked"):
        checks(world).look(first)
    assert looking.look(second)[1]
    world.ebs.fail_next("protections", AssertionError("asked twice"))
    assert looking.look(second)[1]


def test_the_shield_must_be_there_completed_and_out_of_the_archive(world: World) -> None:
    first, second, third = names(world.ebs.all.values())
    looking = checks(world)
    check_shield(looking, world, first)
    calls = world.ebs.calls["get"]
    check_shield(looking, world, first)
    assert world.ebs.calls["get"] == calls
    world.ebs.all[second] = replace(world.ebs.all[second], archived=True)
    del world.ebs.all[third]
    for shield in (second, third, ""):
        with pytest.raises(PermanentError, match="must stay"):
            check_shield(checks(world), world, shield)


def test_a_good_point_of_another_volume_shields_nothing(world: World) -> None:
    first, *_ = names(world.ebs.all.values())
    with pytest.raises(PermanentError, match=r"is of vol-mysql, not of vol-other"):
        check_shield(checks(world), world, first, "vol-other")
