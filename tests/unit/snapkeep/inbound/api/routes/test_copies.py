"""Copies through the API: pages, filters, and nothing of other namespaces."""

from __future__ import annotations

import pytest

from tests.fakes.api import Api
from tests.fakes.copying import CopyWorld

ALL = "/v1/clusters/myeks/copies"
HERE = "/v1/clusters/myeks/namespaces/shop/copies"


@pytest.fixture
def copied() -> CopyWorld:
    """shop/mysql and shop/wordpress have each a ready copy in Osaka."""
    world = CopyWorld()
    world.live(minutes=10)
    return world


@pytest.fixture
def api(copied: CopyWorld) -> Api:
    return Api(copied)


def test_a_copy_is_listed_with_what_people_ask_about(api: Api, copied: CopyWorld) -> None:
    listed = api.get(f"{HERE}?claim=mysql").json
    (snapshot,) = copied.copies()["mysql"]
    record = copied.records()["mysql"]
    (copy,) = listed["copies"]
    assert copy.pop("protections")[0].startswith("locked (governance)")
    assert copy == {
        "checked": None,
        "point": record.point_id,
        "cluster": "myeks",
        "namespace": "shop",
        "claim": "mysql",
        "place": "osaka",
        "region": "ap-northeast-3",
        "policy": "nightly",
        "taken": "2026-11-24T18:00:00Z",
        "state": "ready",
        "progress": "",
        "snapshot_id": snapshot.id,
        "started_at": "2026-11-24T18:10:00Z",
        "size": "4Gi",
        "size_bytes": 4 * 2**30,
        "locked_until": copy["locked_until"],
        "reason": "",
        "asked_by": "",
    }
    assert (listed["unasked"], listed["next_cursor"]) == ("", None)


def test_pages_follow_each_other(api: Api) -> None:
    first = api.get(f"{ALL}?limit=1").json
    second = api.get(f"{ALL}?limit=1&cursor={first['next_cursor']}").json
    assert [page["copies"][0]["claim"] for page in (first, second)] == ["mysql", "wordpress"]
    assert second["next_cursor"] is None
    assert api.get(f"{HERE}?limit=1&cursor={first['next_cursor']}").code == "invalid_request"


@pytest.mark.parametrize(
    ("query", "count"),
    [("claim=mysql", 1), ("place=osaka&state=ready", 2), ("state=given_up", 0), ("point=nothing", 0)],
)
def test_lists_are_narrowed(api: Api, query: str, count: int) -> None:
    assert len(api.get(f"{ALL}?{query}").json["copies"]) == count


def test_a_namespace_shows_no_copy_of_another(api: Api) -> None:
    assert api.get("/v1/clusters/myeks/namespaces/other/copies").json["copies"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{ALL}?place=moon", "not_found"),
        ("/v1/clusters/nope/copies", "unknown_cluster"),
        (f"{ALL}?state=good", "invalid_request"),
        (f"{ALL}?limit=0", "invalid_request"),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, path: str, code: str) -> None:
    assert api.get(path).code == code


def asked(world: CopyWorld, namespace: str = "namespaces/shop/") -> str:
    point = world.point("mysql").id
    return f"/v1/clusters/myeks/{namespace}recovery-points/{point}/copies/osaka"


@pytest.mark.parametrize("namespace", ["", "namespaces/shop/"])
def test_a_copy_that_is_there_is_said_to_be_there(api: Api, copied: CopyWorld, namespace: str) -> None:
    reply = api("PUT", asked(copied, namespace), {})
    assert (reply.status, reply.json["outcome"], reply.json["copied"]["state"]) == (200, "there", "ready")
    assert "last 3" in reply.json["kept"]


def test_a_point_is_asked_for_and_cancelled_by_its_caller() -> None:
    world = CopyWorld("mysql")
    api = Api(world, caller="arn:aws:iam::111122223333:user/bob")
    reply = api("PUT", asked(world), {})
    assert (reply.json["outcome"], reply.json["copied"]["asked_by"]) == ("asked", api.caller)
    reply = api("DELETE", asked(world, ""))
    assert (reply.status, reply.json["state"]) == (200, "cancelled")
    assert api.caller in reply.json["reason"]
    assert [(change.method, change.caller) for change in world.announcer.changes] == [
        ("PUT", api.caller),
        ("DELETE", api.caller),
    ]


def test_what_cannot_be_cancelled_is_refused_with_the_fix(api: Api, copied: CopyWorld) -> None:
    reply = api("DELETE", asked(copied))
    assert (reply.status, reply.code) == (409, "copy_refused")
    assert reply.json["fix"].startswith("retention in osaka deletes it in time")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/clusters/myeks/recovery-points/nothing/copies/osaka", "not_found"),
        ("/v1/clusters/myeks/recovery-points/nothing/copies/moon", "not_found"),
        ("/v1/clusters/myeks/recovery-points/nothing/copies/NO", "not_found"),
        ("/v1/clusters/myeks/namespaces/other/recovery-points/nothing/copies/osaka", "not_found"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_does_not_exist_is_not_found(api: Api, path: str, code: str, method: str) -> None:
    assert api(method, path, {} if method == "PUT" else None).code == code
