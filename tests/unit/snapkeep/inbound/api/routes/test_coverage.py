"""Coverage through the API."""

from __future__ import annotations

from tests.fakes.api import Api
from tests.fakes.saving import SavingWorld
from tests.fakes.world import SLOT, World

SECRET = {"containers": [{"envFrom": [{"secretRef": {"name": "db"}}]}]}


def test_coverage_counts_and_gives_reasons(api: Api, world: World, point: str) -> None:
    report = api.get("/v1/clusters/myeks/coverage").json
    assert (report["cluster"], report["protected"], report["late"], report["unprotected"]) == (
        "myeks",
        1,
        0,
        0,
    )
    (claim,) = report["claims"]
    assert claim["last_good"] == {"id": point, "policy": "nightly", "slot": "2026-11-24T18:00:00Z"}
    assert claim["state"] == "protected"


def test_coverage_of_a_namespace_is_of_that_one_only(api: Api) -> None:
    assert len(api.get("/v1/clusters/myeks/namespaces/shop/coverage").json["claims"]) == 1
    assert api.get("/v1/clusters/myeks/namespaces/other/coverage").json["claims"] == []
    assert api.get("/v1/clusters/nope/coverage").code == "unknown_cluster"


def test_namespaces_say_whether_they_are_restorable_whole() -> None:
    world = SavingWorld()
    world.objects.put("pods", "shop", "web", spec=SECRET)
    world.objects.put("configmaps", "shop", "cache", metadata={"labels": {"snapkeep.io/exclude": "true"}})
    world.back_up(SLOT)
    world.save()
    world.wait(hours=3)
    api = Api(world)
    shop, store = api.get("/v1/clusters/myeks/coverage").json["namespaces"]
    assert (store["state"], store["words"], store["missing"]) == ("whole", "restorable whole", [])
    assert (store["objects"], store["kinds"]) == (2, {"namespaces": 1, "deployments.apps": 1})
    assert (store["run"], store["saved_at"]) == ("myeks.nightly.20261124T180000Z", "2026-11-24T18:00:00Z")
    assert (shop["state"], shop["words"]) == ("incomplete", "bring the Secret db")
    excludes = "its label snapkeep.io/exclude excludes it"
    assert (shop["left_out"], shop["left_out_because"]) == (
        1,
        [{"kind": "configmaps", "reason": excludes, "count": 1, "names": ["cache"]}],
    )
    assert shop["missing"] == [{"lack": "secret", "name": "db", "why": "Secrets are not saved"}]
    only = api.get("/v1/clusters/myeks/namespaces/store/coverage").json["namespaces"]
    assert [each["namespace"] for each in only] == ["store"]
    assert api.get("/v1/clusters/myeks/status").json["namespaces"] == {"whole": 1, "incomplete": 1}


def test_without_saved_objects_nothing_is_said_of_namespaces(api: Api) -> None:
    report = api.get("/v1/clusters/myeks/coverage").json
    assert (report["namespaces"], report["objects_unasked"]) == ([], "")
