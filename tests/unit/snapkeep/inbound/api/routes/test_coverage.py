"""Coverage through the API."""

from __future__ import annotations

from tests.fakes.api import Api
from tests.fakes.world import World


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
