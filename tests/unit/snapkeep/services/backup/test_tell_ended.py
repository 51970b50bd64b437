"""Claims whose backups end while the claims still exist are reported, although no run fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.policies import Selection
from snapkeep.wiring import backup
from tests.fakes.world import SLOT, World, a_claim, a_policy

Change = Callable[[Claim], Claim]


def a_world(*claims: Claim) -> World:
    """A policy for namespace shop that backed these claims up twice."""
    world = World(*claims, policy=a_policy(selection=Selection(namespaces=("shop",))))
    nights(world, 0, 2)
    return world


def nights(world: World, first: int, last: int) -> None:
    for day in range(first, last):
        world.back_up(SLOT + timedelta(days=day))


def labelled(**labels: str) -> Change:
    return lambda claim: replace(claim, labels={name.replace("__", "/"): of for name, of in labels.items()})


def test_a_claim_that_is_lost_rings_once_and_weekly_although_its_runs_complete() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
    nights(world, 2, 11)
    assert world.announcer.rung() == ["shop/b", "shop/b"]
    (topic, (trouble,), _) = world.announcer.troubles[0]
    assert (topic.kind, topic.about) == ("backups ended", "nightly")
    assert trouble.reason.startswith(
        "the claim is Lost: the volume it was bound to is gone; if that is intended"
    )


def test_a_policy_that_takes_nothing_any_more_rings_for_every_claim_that_is_there() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    typo = replace(world.deployment.policies[0], selection=Selection(namespaces=("shp",)))
    deployment = replace(world.deployment, policies=(typo,))
    for day in (2, 3):
        slot = SLOT + timedelta(days=day)
        backup.plan_backup(world.deployed(deployment)).run("myeks", "nightly", slot, "one")
    assert world.announcer.rung() == ["shop/a", "shop/b"]


def test_once_it_is_taken_again_its_trouble_is_over() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    for day in (2, 4):
        world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
        nights(world, day, day + 1)
        world.cluster.claim_list[1] = a_claim("b")
        nights(world, day + 1, day + 2)
    assert world.announcer.rung() == ["shop/b", "shop/b"]


@pytest.mark.parametrize(
    "change",
    [
        labelled(snapkeep__io="x"),
        lambda claim: replace(claim, labels={"snapkeep.io/exclude": "true"}),
        lambda claim: replace(claim, deleting=True),
    ],
)
def test_what_is_taken_meant_or_going_rings_nobody(change: Change) -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    world.cluster.claim_list[1] = change(a_claim("b"))
    nights(world, 2, 4)
    assert world.announcer.troubles == []


def test_a_claim_that_was_never_taken_or_is_gone_rings_nobody() -> None:
    world = a_world(a_claim("a"), a_claim("b"), replace(a_claim("new"), phase="Pending", volume=None))
    world.cluster.claim_list.pop(1)
    nights(world, 2, 4)
    assert world.announcer.troubles == []


def test_a_claim_that_another_policy_takes_rings_nobody() -> None:
    world = a_world(a_claim("a"))
    typo = replace(world.deployment.policies[0], selection=Selection(namespaces=("shp",)))
    deployment = replace(world.deployment, policies=(typo, a_policy("all")))
    backup.plan_backup(world.deployed(deployment)).run("myeks", "nightly", SLOT + timedelta(days=2), "one")
    assert world.announcer.troubles == []


@pytest.mark.parametrize("call", ["runs_of", "troubles", "write_troubles"])
@pytest.mark.parametrize("nights_without", [1, 3])
def test_an_end_that_could_not_be_journaled_for_some_nights_rings_once_afterwards(
    call: str, nights_without: int
) -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
    for day in range(2, 2 + nights_without):
        world.journal.fail_next(call, TemporaryError("no answer"))
        nights(world, day, day + 1)
    assert world.announcer.rung() == []
    nights(world, 6, 9)
    assert world.announcer.rung() == ["shop/b"]


def test_an_end_during_a_night_without_the_cluster_rings_afterwards() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    for snapshot in list(world.ebs.all.values()):
        if snapshot.volume_id == "vol-b":  # nothing is left that would let it be taken by its tags
            del world.ebs.all[snapshot.id]
    world.clusters.unreachable.add("myeks")
    nights(world, 2, 3)
    world.clusters.unreachable.clear()
    world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
    nights(world, 3, 5)
    assert world.announcer.rung() == ["shop/b"]


def test_no_backup_fails_because_an_end_could_not_be_told() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
    world.journal.fail_next("runs_of", TemporaryError("no answer"))
    nights(world, 2, 3)
    assert world.announcer.troubles == []
    nights(world, 3, 4)
    assert world.point("a").state.is_final


def test_a_run_that_nobody_could_plan_hides_no_end_from_the_next_one() -> None:
    world = a_world(a_claim("a"), a_claim("b"))
    world.cluster.claim_list[1] = replace(a_claim("b"), phase="Lost", volume=None)
    world.clock.now = SLOT + timedelta(days=2)
    world.journal.fail_next("troubles", *[TemporaryError("away")] * 3)
    world.queue.fail_next("send", TemporaryError("away"))
    with pytest.raises(TemporaryError):
        world.backup(world.clock())
    world.wait(hours=7)
    world.reconcile()
    nights(world, 3, 4)
    assert [name for name in world.announcer.rung() if name == "shop/b"] == ["shop/b"]
