"""Backups on demand through the API: rehearsed, started once, shown as they stand."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import ClusterUnreachable
from tests.fakes.api import CALLER, Api
from tests.fakes.world import World, a_claim

PLACE = "/v1/clusters/myeks/backups"
HERE = "/v1/clusters/myeks/namespaces/shop/backups"


@pytest.fixture
def world() -> World:
    """Two claims of shop and one of blog."""
    return World(a_claim("data"), a_claim("logs"), a_claim("data", namespace="blog"))


def finish(world: World) -> None:
    """Let plan_backup run what was started, and everything after it."""
    for cluster, policy, slot in world.starter.started:
        world.plan_backup.run(cluster, policy, slot, world.owner())
    world.work()
    world.finish_snapshots()


def test_claims_are_backed_up_under_the_policy_on_demand(api: Api, world: World) -> None:
    wish = {"claims": [{"namespace": "shop", "name": "data"}, {"namespace": "blog", "name": "data"}]}
    reply = api.post(PLACE, wish)
    assert reply.status == 202
    assert (reply.json["policy"], reply.json["state"]) == ("on-demand", "planning")
    assert reply.headers["Location"] == f"{PLACE}/{reply.json['id']}"

    finish(world)
    shown = api.get(reply.headers["Location"]).json
    assert (shown["state"], shown["total"], shown["ready"], shown["left"]) == ("completed", 2, 2, [])
    assert {(point["namespace"], point["claim"], point["state"]) for point in shown["points"]} == {
        ("shop", "data", "ready"),
        ("blog", "data", "ready"),
    }
    assert world.journal.runs.all[reply.json["id"]].request.caller == CALLER


def test_claims_on_one_volume_are_told_of_each_other(api: Api, world: World) -> None:
    """Both claims called data are on vol-data."""
    wish = {"claims": [{"namespace": name, "name": "data"} for name in ("shop", "blog")]}
    planned = {
        item["namespace"]: item["reason"] for item in api.post(PLACE, wish | {"dry_run": True}).json["taken"]
    }
    assert planned["shop"].endswith("shared with blog/data: each claim gets its own snapshots")
    place = api.post(PLACE, wish).headers["Location"]
    finish(world)
    told = {point["namespace"]: point["reason"] for point in api.get(place).json["points"]}
    assert told == {
        "shop": "its volume vol-data is shared with blog/data: each claim gets its own snapshots",
        "blog": "its volume vol-data is shared with shop/data: each claim gets its own snapshots",
    }
    mine = {item["claim"]: item["reason"] for item in api.post(HERE, {"dry_run": True}).json["taken"]}
    assert "blog" not in mine["data"]  # who may back up one namespace is not told of others


def test_a_namespace_is_backed_up_and_shown_by_itself(api: Api, world: World) -> None:
    place = api.post(HERE).headers["Location"]
    finish(world)
    shown = api.get(place).json
    assert {point["claim"] for point in shown["points"]} == {"data", "logs"}
    assert {point["namespace"] for point in shown["points"]} == {"shop"}
    elsewhere = place.replace("/shop/", "/blog/")
    assert api.get(elsewhere).code == "not_found"


def test_a_dry_run_tells_what_would_be_taken_and_starts_nothing(api: Api, world: World) -> None:
    reply = api.post(PLACE, {"selection": {"namespaces": ["sh*"]}, "dry_run": True})
    assert reply.status == 200
    assert [item["claim"] for item in reply.json["taken"]] == ["data", "logs"]
    assert world.starter.started == []
    assert world.announcer.changes == []


def test_the_same_key_starts_one_backup(api: Api, world: World) -> None:
    first, second = (api.post(HERE, {}, key="one") for _ in range(2))
    assert first.json == second.json
    assert len(world.journal.runs.all) == 1


def test_after_a_crash_the_same_key_goes_on_with_its_backup(api: Api, world: World) -> None:
    first = api.post(HERE, {}, key="one")
    api.answers.records.clear()
    assert api.post(HERE, {}, key="one").json["id"] == first.json["id"]
    assert len(world.journal.runs.all) == 1


def test_two_wishes_of_one_second_are_two_backups(api: Api) -> None:
    assert api.post(HERE).json["id"] != api.post(HERE).json["id"]


def test_a_wish_that_takes_nothing_says_why_and_starts_nothing(api: Api, world: World) -> None:
    reply = api.post(HERE, {"claims": ["lost"]})
    assert (reply.status, reply.code) == (422, "nothing_to_back_up")
    assert "namespace shop has no claim lost" in reply.json["detail"]
    assert world.journal.runs.all == {}


def test_a_silent_cluster_is_backed_up_by_what_is_known_of_it(api: Api, world: World) -> None:
    world.clusters.fail_next("open", ClusterUnreachable("myeks does not answer"))
    reply = api.post(HERE)
    assert reply.status == 202
    assert world.journal.runs.all[reply.json["id"]].state is RunState.PLANNING


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"claims": []},
        {"policy": "nightly", "selection": {"namespaces": ["shop"]}},
        {"selection": {}},
        {"selection": {"min_size": "big"}},
        {"claims": [{"namespace": "SHOP", "name": "data"}]},
        {"policy": "nightly", "method": "rsync"},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(api: Api, world: World, wish: dict[str, Any]) -> None:
    assert api.post(PLACE, wish).code == "invalid_request"
    assert world.journal.runs.all == {}


def test_policies_and_clusters_that_are_not_there_are_not_found(api: Api) -> None:
    assert api.post(PLACE, {"policy": "lost"}).code == "not_found"
    assert api.post("/v1/clusters/nope/backups", {"policy": "nightly"}).code == "unknown_cluster"
    assert api.get(f"{PLACE}/lost").code == "not_found"
