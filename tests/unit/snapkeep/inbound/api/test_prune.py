"""Prune through the API: the plan, and exactly the plan that was confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.api import Api
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim, a_policy

PLACE = "/v1/clusters/myeks/prune"


@pytest.fixture
def world() -> World:
    """Five daily points of which retention wants one."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    world.cluster.place = a_target()
    for day in range(5):
        world.back_up(SLOT + timedelta(days=day))
    return world


def test_a_prune_is_a_rehearsal_unless_it_is_confirmed(api: Api, world: World) -> None:
    for body in ({}, {"dry_run": True}):
        reply = api.post(PLACE, body)
        assert (reply.status, reply.json["dry_run"], reply.json["deleting"]) == (200, True, 4)
        assert {item["reason"] for item in reply.json["deletions"]} == {
            "no rule keeps it: last 1 filled by newer points"
        }
    assert len(world.ebs.all) == 5
    assert world.announcer.changes == []


def test_the_confirmed_plan_is_carried_out(api: Api, world: World) -> None:
    token = api.post(PLACE).json["token"]
    reply = api.post(PLACE, {"confirm": token})
    assert (reply.status, reply.json["dry_run"]) == (202, False)
    assert len(world.ebs.all) == 1
    assert [change.path for change in world.announcer.changes] == [PLACE]


def test_a_plan_that_changed_since_is_not_carried_out(api: Api, world: World) -> None:
    token = api.post(PLACE).json["token"]
    world.back_up(SLOT + timedelta(days=5))
    reply = api.post(PLACE, {"confirm": token})
    assert (reply.status, reply.code) == (409, "conflict")
    assert f"is not the confirmed one ({token})" in reply.json["detail"]
    assert len(world.ebs.all) == 6


@pytest.mark.parametrize(
    "body", [{"dry_run": False}, {"dry_run": True, "confirm": "0" * 16}, {"confirm": "x"}, {"all": True}]
)
def test_what_is_neither_is_refused(api: Api, world: World, body: dict[str, object]) -> None:
    assert api.post(PLACE, body).code == "invalid_request"
    assert len(world.ebs.all) == 5


def test_an_unknown_cluster_is_not_pruned(api: Api) -> None:
    assert api.post("/v1/clusters/nope/prune").code == "unknown_cluster"
