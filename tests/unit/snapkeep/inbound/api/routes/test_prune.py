"""Prune through the API: the plan, a prune at once, and what the brake refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from tests.fakes.api import Api
from tests.fakes.preflight_samples import a_target
from tests.fakes.world import SLOT, World, a_claim, a_policy
from tests.unit.snapkeep.services.efs.pruning.prune_world import PruneWorld

PLACE = "/v1/clusters/myeks/prune"


@pytest.fixture
def world() -> World:
    """Five daily points of which retention wants one."""
    world = World(a_claim("data"), policy=a_policy(retention={"last": 1}))
    world.cluster.place = a_target()
    for day in range(5):
        world.back_up(SLOT + timedelta(days=day))
    return world


def test_a_prune_is_a_rehearsal_unless_it_says_otherwise(api: Api, world: World) -> None:
    for body in ({}, {"dry_run": True}):
        reply = api.post(PLACE, body)
        assert (reply.status, reply.json["dry_run"], reply.json["deleting"]) == (200, True, 0)
        (refusal,) = reply.json["refusals"]
        assert (refusal["deleting"], len(refusal["snapshots"])) == (4, 4)
        assert "4 of 5 points would be deleted" in refusal["reason"]
    assert len(world.ebs.all) == 5
    assert world.announcer.changes == []


def test_a_prune_can_be_started_and_the_brake_holds_it(api: Api, world: World) -> None:
    reply = api.post(PLACE, {"dry_run": False})
    assert (reply.status, reply.json["dry_run"]) == (202, False)
    assert len(world.ebs.all) == 5
    world.back_up(SLOT + timedelta(days=5))
    (going,) = api.post(PLACE, {"dry_run": False}).json["deletions"]
    assert going["reason"] == "no rule keeps it: last 1 filled by newer points"
    assert len(world.ebs.all) == 5 and going["snapshot_id"] not in world.ebs.all


def test_what_the_brake_refused_is_done_once_its_token_confirms_it(api: Api, world: World) -> None:
    (refusal,) = api.post(PLACE).json["refusals"]
    world.prune()
    world.back_up(SLOT + timedelta(days=5))
    reply = api.post(PLACE, {"confirm": refusal["token"]})
    assert (reply.status, reply.json["dry_run"]) == (202, False)
    assert len(world.ebs.all) == 1
    assert [change.path for change in world.announcer.changes] == [PLACE]


def test_a_token_that_nothing_was_refused_under_starts_nothing(api: Api, world: World) -> None:
    (refusal,) = api.post(PLACE).json["refusals"]
    reply = api.post(PLACE, {"confirm": "0" * 16})
    assert (reply.status, reply.code) == (409, "conflict")
    assert "no refusal has the token 0000000000000000" in reply.json["detail"]
    assert f"{refusal['token']} (4 deletions)" in reply.json["detail"]
    assert len(world.ebs.all) == 5


@pytest.mark.parametrize("body", [{"dry_run": True, "confirm": "0" * 16}, {"confirm": "x"}, {"all": True}])
def test_what_contradicts_itself_is_refused(api: Api, world: World, body: dict[str, object]) -> None:
    assert api.post(PLACE, body).code == "invalid_request"
    assert len(world.ebs.all) == 5


def test_an_unknown_cluster_is_not_pruned(api: Api) -> None:
    assert api.post("/v1/clusters/nope/prune").code == "unknown_cluster"


FILE_SYSTEMS = "/v1/file-systems/prune"


def test_file_systems_are_planned_and_pruned_together() -> None:
    world = PruneWorld({"last": 2})
    world.nights(3)
    world.night(prune=False)
    api = Api(cast(Any, world))

    plan = api.post(FILE_SYSTEMS)
    assert (plan.status, plan.json["cluster"]) == (200, "file systems")
    assert (plan.json["deleting"], plan.json["keeping"]) == (2, 4)
    assert plan.json["deletions"][0]["snapshot_id"].startswith("arn:aws:backup:")
    assert len(world.good()) == 3
    started = api.post(FILE_SYSTEMS, {"dry_run": False})
    assert (started.status, len(world.good())) == (202, 2)
    assert [change.path for change in world.announcer.changes] == [FILE_SYSTEMS]


def test_a_deployment_without_policies_for_file_systems_has_none_to_prune(api: Api) -> None:
    reply = api.post(FILE_SYSTEMS)

    assert (reply.status, reply.code) == (404, "not_found")
    assert "no policy in snapkeep.yaml backs up file systems" in reply.json["detail"]


def test_a_place_of_file_systems_is_refused() -> None:
    assert Api(cast(Any, PruneWorld())).post(FILE_SYSTEMS, {"place": "osaka"}).code == "invalid_request"
