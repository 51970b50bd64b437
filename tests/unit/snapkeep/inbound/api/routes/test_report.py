"""The route of the report: a link, when it was written, and until when the link is good."""

from __future__ import annotations

from tests.fakes.api import Api
from tests.fakes.world import SLOT, World, a_claim


def test_the_report_is_found_once_it_was_written() -> None:
    world = World(a_claim("data"))
    api = Api(world)
    world.clock.now = SLOT
    missing = api.get("/v1/clusters/myeks/report")
    assert (missing.status, missing.json["code"]) == (404, "not_found")
    world.reporter.run()
    assert api.get("/v1/clusters/myeks/report").json == {
        "cluster": "myeks",
        "written_at": "2026-11-24T18:00:00Z",
        "url": "https://reports.example.test/myeks.html",
        "expires_at": "2026-11-24T18:05:00Z",
    }


def test_a_cluster_nobody_named_has_none() -> None:
    assert Api(World(a_claim("data"))).get("/v1/clusters/other/report").json["code"] == "unknown_cluster"


def test_the_status_names_what_is_in_trouble_and_how_runs_ended() -> None:
    unknown, excluded = {"snapkeep.io/policy": "none"}, {"snapkeep.io/exclude": "true"}
    world = World(a_claim("data"), a_claim("cache", labels=unknown), a_claim("tmp", labels=excluded))
    world.back_up(SLOT)
    status = Api(world).get("/v1/clusters/myeks/status").json
    assert status["claims"] == {
        "failing": 0,
        "unprotected": 1,
        "late": 0,
        "unprotectable": 0,
        "protected": 1,
        "excluded": 1,
        "gone": 0,
    }
    (trouble,) = status["troubles"]
    assert (trouble["claim"], trouble["state"]) == ("cache", "unprotected")
    (policy,) = status["policies"]
    assert policy["last_run"] == {
        "slot": "2026-11-24T18:00:00Z",
        "state": "completed",
        "ready": 1,
        "total": 1,
    }


def test_a_claim_is_shown_with_all_its_points_and_their_fate() -> None:
    world = World(a_claim("data"), a_claim("other"))
    world.back_up(SLOT)
    claim = Api(world).get("/v1/clusters/myeks/namespaces/shop/claims/data").json
    assert (claim["claim"], claim["state"], claim["policies"]) == ("data", "protected", ["nightly"])
    (point,) = claim["recovery_points"]
    assert (point["id"], point["fate"], point["reasons"]) == (
        claim["last_good_id"],
        "stays",
        ["last 1/3"],
    )


def test_a_claim_without_anything_is_not_found_and_a_strange_name_is_refused() -> None:
    api = Api(World(a_claim("data")))
    assert api.get("/v1/clusters/myeks/namespaces/shop/claims/none").code == "not_found"
    assert api.get("/v1/clusters/myeks/namespaces/shop/claims/a%20b").code == "not_found"
