"""What every route shares: problems instead of bare errors, an audit of changes, a description."""

from __future__ import annotations

import pytest

from snapkeep.domain.errors import TemporaryError
from tests.fakes.api import CALLER, Api, a_request
from tests.fakes.world import World

HERE = "/v1/clusters/myeks/namespaces/shop/restores"


def test_the_clusters_of_the_config_are_listed_with_their_policies(api: Api) -> None:
    expected = {"name": "myeks", "region": "ap-northeast-2", "policies": ["nightly"]}
    assert api.get("/v1/clusters").json == {"clusters": [expected], "sources": [], "files": False}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/clusters/my%2Feks/namespaces/shop/restores", "cluster"),
        ("/v1/clusters/myeks/namespaces/SHOP/restores", "namespace"),
        ("/v1/clusters/myeks/namespaces/kube%2Dsystem/restores", "namespace"),
        ("/v1/clusters/myeks/namespaces/../restores", "namespace"),
        (f"/v1/clusters/myeks/namespaces/{'n' * 64}/restores", "namespace"),
        ("/v1/clusters/myeks/namespaces/shop/restores/no-such-thing", "restore"),
    ],
)
def test_names_that_cannot_exist_are_not_found(api: Api, path: str, name: str) -> None:
    reply = api.get(path)
    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.json["detail"] == f"the path names a {name} that cannot exist"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("my%20eks/status", "letters, digits, '-' and '_', at most 100 characters"),
        ("myeks/namespaces/shop/claims/DATA", "'-' and '.', at most 253 characters"),
        ("myeks/namespaces/SHOP/coverage", "at most 63 characters"),
        ("myeks/namespaces/shop/restores/x", "16 of the digits 0-9 and a-f"),
        ("myeks/backups/a%20b", "at most 200 characters"),
    ],
)
def test_a_name_that_cannot_exist_is_told_what_names_look_like(api: Api, path: str, names: str) -> None:
    assert names in api.get(f"/v1/clusters/{path}").json["fix"]


def test_a_route_that_is_none_is_a_problem_as_well(api: Api) -> None:
    reply = api.get("/v1/nothing")
    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.json["detail"] == "there is no GET /v1/nothing"


def test_an_unknown_cluster_is_named_beside_those_there_are(api: Api, point: str) -> None:
    reply = api.post("/v1/clusters/nope/namespaces/shop/restores", {"recovery_point": point, "target": "x"})
    assert (reply.status, reply.code) == (404, "unknown_cluster")
    assert reply.json["detail"] == "snapkeep.yaml names no cluster nope; it names myeks"


def test_a_body_that_is_no_json_or_no_object_is_told(api: Api) -> None:
    assert api.post(HERE, "{nonsense").code == "malformed_json"
    assert api.post(HERE, "[1]").code == "invalid_request"
    assert api.post(HERE, '"text"').code == "invalid_request"


def test_an_unexpected_error_tells_nothing_of_its_insides(api: Api, world: World, point: str) -> None:
    world.cluster.fail_next("restore_target", RuntimeError("a secret of ours"))
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2"})
    assert (reply.status, reply.code) == (500, "internal")
    assert "secret" not in reply.text
    assert reply.json["request_id"] == "request-1"


def test_every_change_is_told_with_who_made_it(api: Api, world: World, point: str) -> None:
    reply = api.post(HERE, {"recovery_point": point, "target": "data-2"})
    (change,) = world.announcer.changes
    assert (change.caller, change.method, change.path) == (CALLER, "POST", HERE)
    assert (change.status, change.location) == (202, reply.headers["Location"])


def test_what_is_refused_or_only_read_is_no_change(api: Api, world: World, point: str) -> None:
    api.post(HERE, {"recovery_point": point, "target": "BAD NAME"})
    api.get(HERE)
    assert world.announcer.changes == []


def test_a_change_that_cannot_be_told_is_made_all_the_same(api: Api, world: World, point: str) -> None:
    world.announcer.fail_next("changed", TemporaryError("EventBridge did not answer"))
    assert api.post(HERE, {"recovery_point": point, "target": "data-2"}).status == 202


def test_the_description_names_every_route_and_asks_posts_for_a_key(api: Api) -> None:
    document = api.get("/v1/openapi.json").json
    post = document["paths"]["/v1/clusters/{cluster}/namespaces/{namespace}/restores"]["post"]
    (key,) = [found for found in post["parameters"] if found["in"] == "header"]
    assert (key["name"], key["required"]) == ("idempotency-key", True)
    assert set(post["responses"]) >= {"200", "202", "400", "403", "404", "409", "422", "429", "503"}


def test_a_parameter_that_is_misspelt_is_told_with_those_there_are(api: Api) -> None:
    reply = api.get(f"{HERE}?limt=5")
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.json["detail"] == "this path has no parameter 'limt'; it has cursor, limit"
    assert reply.json["errors"] == [{"where": "limt", "problem": "is not a parameter of this path"}]


def test_a_body_that_is_not_json_by_its_type_is_refused(api: Api) -> None:
    event = a_request("POST", HERE, "claim=data")
    event["headers"] = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "one"}
    answer = api.resolve(event)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_method_that_a_path_has_not_is_told_with_those_it_has(api: Api) -> None:
    reply = api("DELETE", HERE)
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "method_not_allowed", "GET, POST")
