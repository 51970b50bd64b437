"""Restores through the API: refused with everything that prevents them, or started at once."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import ClusterUnreachable
from tests.fakes.api import CALLER, Api
from tests.fakes.world import World

HERE = "/v1/clusters/myeks/namespaces/shop/restores"
ANYWHERE = "/v1/clusters/myeks/restores"


def test_a_restore_is_accepted_with_its_plan_and_place(api: Api, world: World, point: str) -> None:
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2"})

    assert reply.status == 202
    assert reply.headers["Location"] == f"{HERE}/{reply.json['id']}"
    assert reply.json["plan"] == {
        "taken_at": "2026-11-24T18:00:00Z",
        "age_seconds": 0,
        "recovery_point": point,
        "snapshot_id": next(iter(world.ebs.all)),
        "namespace": "shop",
        "target": "data-2",
        "size": "4Gi",
        "size_bytes": 4 * 2**30,
        "storage_class": "gp3",
        "way": "import",
        "findings": [],
    }
    assert world.cluster.restored[("shop", "data-2")].operation == reply.json["id"]
    assert tags.HOLD in world.ebs.all[reply.json["plan"]["snapshot_id"]].tags


def test_the_latest_point_of_a_claim_comes_back_under_its_own_name(api: Api, world: World) -> None:
    world.cluster.claim_list.clear()
    assert api.post(HERE, {"claim": "data"}).status == 202
    assert ("shop", "data") in world.cluster.restored


def test_a_refused_restore_lists_all_findings_and_makes_nothing(api: Api, world: World, point: str) -> None:
    wish = {"recovery_point": point, "target": "data-2", "size": "2Gi", "storage_class": "nowhere"}
    reply = api.post(HERE, wish)

    assert (reply.status, reply.code) == (422, "restore_refused")
    assert {found["severity"] for found in reply.json["findings"]} == {"error"}
    assert {"too_small", "no_storage_class"} <= {found["code"] for found in reply.json["findings"]}
    assert reply.json["detail"] == reply.json["findings"][0]["text"]
    assert reply.json["fix"] == reply.json["findings"][0]["fix"]
    assert world.cluster.restored == {}
    assert list(world.journal.restores.open_restores()) == []
    assert all(tags.HOLD not in snapshot.tags for snapshot in world.ebs.all.values())


def test_a_dry_run_answers_the_plan_and_makes_nothing(api: Api, world: World, point: str) -> None:
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2", "dry_run": True})

    assert (reply.status, reply.json["plan"]["size"]) == (200, "4Gi")
    assert world.cluster.restored == {}
    assert world.announcer.changes == []


def test_a_namespace_cannot_be_given_what_belongs_to_another(api: Api, world: World, point: str) -> None:
    reply = api.post("/v1/clusters/myeks/namespaces/other/restores", {"recovery_point": point, "target": "x"})

    assert (reply.status, reply.code) == (403, "forbidden")
    assert "POST /v1/clusters/myeks/restores" in reply.json["detail"]
    assert "data" not in reply.json["detail"]
    assert world.cluster.restored == {}


def test_the_route_of_the_cluster_restores_into_any_namespace(api: Api, world: World) -> None:
    wish = {"claim": "data", "source_namespace": "shop", "namespace": "other", "target": "copy"}
    reply = api.post(ANYWHERE, wish)

    assert reply.status == 202
    assert reply.headers["Location"].startswith("/v1/clusters/myeks/namespaces/other/restores/")
    assert ("other", "copy") in world.cluster.restored


def test_a_name_that_another_restore_took_meanwhile_is_a_conflict(api: Api, world: World, point: str) -> None:
    world.cluster.meanwhile(
        "create_restored_claim", lambda: world.cluster.put_foreign_claim("shop", "data-2")
    )
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2"})

    assert (reply.status, reply.code) == (409, "conflict")
    assert "data-2" in reply.json["detail"]
    assert len(world.finisher.run().finished) == 1
    assert all(tags.HOLD not in snapshot.tags for snapshot in world.ebs.all.values())


def test_a_restore_is_shown_as_the_cluster_shows_it_now(api: Api, world: World, point: str) -> None:
    place = api.post(HERE, {"recovery_point": point, "target": "data-2"}).headers["Location"]
    waiting = api.get(place).json
    assert waiting["state"] == "waiting_for_consumer"
    assert "first pod" in waiting["text"]
    assert [moment["text"] for moment in waiting["timeline"]] == [f"claim shop/data-2 made from {point}"]
    assert (waiting["caller"], waiting["size"]) == (CALLER, "4Gi")

    world.cluster.bind_restored("shop", "data-2")
    assert api.get(place).json["state"] == "bound"


@pytest.mark.parametrize("elsewhere", ["other", "nowhere"])
def test_a_restore_is_not_found_in_another_namespace(
    api: Api, world: World, point: str, elsewhere: str
) -> None:
    made = api.post(HERE, {"recovery_point": point, "target": "data-2"}).json["id"]
    reply = api.get(f"/v1/clusters/myeks/namespaces/{elsewhere}/restores/{made}")
    assert (reply.status, reply.code) == (404, "not_found")


def test_restores_are_listed_newest_first_page_by_page(api: Api, world: World, point: str) -> None:
    made = []
    for number in range(5):
        world.wait(minutes=1)
        made.append(api.post(HERE, {"recovery_point": point, "target": f"copy-{number}"}).json["id"])
    listed, cursor = [], ""
    while True:
        page = api.get(f"{HERE}?limit=2&cursor={cursor}").json
        listed += [restore["id"] for restore in page["restores"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert listed == made[::-1]


def test_a_cluster_that_does_not_answer_is_unavailable_and_says_when_to_come_back(
    api: Api, world: World, point: str
) -> None:
    world.cluster.fail_next("restore_target", ClusterUnreachable("cluster myeks did not answer within 10 s"))
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2"})
    assert (reply.status, reply.code) == (503, "unavailable")
    assert reply.json["detail"].startswith("cluster myeks did not answer within 10 s. Recovery point ")
    assert "nothing was created" in reply.json["detail"]
    assert int(reply.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ({"target": "x"}, "name either `recovery_point` or `claim`"),
        ({"recovery_point": "p", "claim": "data", "target": "x"}, "name either"),
        ({"recovery_point": "p"}, "name the `target`"),
        ({"claim": "data", "at": "2026-11-24T18:00:00"}, "at"),
        ({"claim": "data", "nonsense": 1}, "nonsense"),
        ({"claim": "data", "expand": "perhaps"}, "expand"),
    ],
)
def test_a_wish_that_makes_no_sense_is_told_field_by_field(
    api: Api, wish: dict[str, object], where: str
) -> None:
    reply = api.post(HERE, wish)
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert where in reply.json["detail"]
    assert reply.json["errors"]


def test_a_dry_run_of_a_cluster_that_does_not_answer_says_what_is_known(
    api: Api, world: World, point: str
) -> None:
    world.clusters.unreachable.add("myeks")
    body = {"recovery_point": point, "target": "data-2", "size": "1Gi", "dry_run": True}
    reply = api.post(HERE, body)
    assert (reply.status, reply.code) == (422, "restore_refused")
    assert [item["code"] for item in reply.json["findings"]] == ["cluster_unreachable", "too_small"]
    assert "namespace, quotas and classes were not checked" in reply.json["detail"]
