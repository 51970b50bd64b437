"""The API of a vault: copies of all sources, its state, its page, and prunes of a source."""

from __future__ import annotations

from typing import Any, cast

import pytest

from snapkeep.domain.copies.requests import CopyRequest
from snapkeep.domain.tags import CLAIM, CLUSTER, NAMESPACE, POINT, POLICY
from snapkeep.domain.vault.asked import StoredRequest
from tests.fakes.api import Api
from tests.fakes.vault_copies import PROD, REGION, STAGE, VaultWorld
from tests.fakes.world import World

WHOLE = "/v1/clusters/myeks"


@pytest.fixture
def world() -> VaultWorld:
    world = VaultWorld()
    world.nights(4, PROD, STAGE)
    return world


@pytest.fixture
def vault(world: VaultWorld) -> Api:
    return Api(cast(Any, world))


def test_it_has_sources_and_no_clusters(vault: Api) -> None:
    found = vault.get("/v1/clusters").json
    assert found["clusters"] == []
    assert found["sources"][0] == {
        "name": "prod",
        "account": "111122223333",
        "region": "ap-northeast-2",
        "clusters": ["myeks"],
    }


def test_copies_of_all_sources_are_listed_page_by_page(vault: Api) -> None:
    found, cursor = [], ""
    while True:
        page = vault.get(f"/v1/copies?limit=3&cursor={cursor}").json
        found += page["copies"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len(found) == 8 and {each["place"] for each in found} == {"prod", "stage"}
    assert len({each["snapshot_id"] for each in found}) == 8


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("place=prod", 4),
        ("cluster=myeks", 8),
        ("cluster=myeks&place=stage&namespace=wordpress&claim=data", 4),
        ("namespace=shop", 0),
        ("state=pending", 0),
    ],
)
def test_lists_are_narrowed(vault: Api, query: str, count: int) -> None:
    assert len(vault.get(f"/v1/copies?{query}").json["copies"]) == count


def test_what_a_source_asked_for_and_the_vault_has_not_begun_is_listed_as_wanted(
    vault: Api, world: VaultWorld
) -> None:
    said = {POINT: "point-1", CLUSTER: "myeks", NAMESPACE: "shop", CLAIM: "data", POLICY: "nightly"}
    request = CopyRequest("blue", "vault", REGION, f"snap-{1:017x}", said, 2**30, "", world.clock())
    world.journal.vault_requests.keep(StoredRequest("prod", request, world.clock()))
    (wanted,) = vault.get("/v1/copies?state=wanted").json["copies"]
    assert (wanted["place"], wanted["namespace"], wanted["claim"]) == ("prod", "shop", "data")
    assert wanted["reason"] == "asked for, received 2026-06-05 03:00 UTC; it waits for its turn"


def test_a_cluster_or_source_that_the_vault_does_not_name_is_refused_in_words(vault: Api) -> None:
    assert "it names myeks" in vault.get("/v1/copies?cluster=moon").json["detail"]
    assert "its places are prod, stage" in vault.get("/v1/copies?place=moon").json["detail"]
    assert vault.get("/v1/copies?cluster=a%20b").status == 422


def test_the_routes_of_a_cluster_list_its_copies_too(vault: Api) -> None:
    assert len(vault.get(f"{WHOLE}/copies?place=prod").json["copies"]) == 4
    assert len(vault.get(f"{WHOLE}/namespaces/wordpress/copies").json["copies"]) == 8


def test_its_state_has_every_source(vault: Api) -> None:
    first, second = vault.get("/v1/status").json["sources"]
    assert (first["source"], first["account"], first["copies"], first["claim_count"]) == (
        "prod",
        "111122223333",
        4,
        1,
    )
    assert first["newest"] == "2026-06-05T02:40:10Z" and second["source"] == "stage"
    assert first["claims"][0]["claim"] == "data"


def test_its_page_is_behind_a_link(vault: Api, world: VaultWorld) -> None:
    assert vault.get("/v1/report").status == 404
    world.reporter.run()
    assert vault.get("/v1/report").json["url"] == "https://reports.example.test/vault.html"


def test_a_source_is_pruned_by_the_same_route_as_a_place(vault: Api, world: VaultWorld) -> None:
    plan = vault.post(f"{WHOLE}/prune", {"place": "prod"}).json
    assert (plan["cluster"], plan["keeping"], plan["dry_run"]) == ("myeks@prod", 4, True)
    started = vault.post(f"{WHOLE}/prune", {"place": "stage", "dry_run": False})
    assert started.status == 202


@pytest.mark.parametrize("body", [{}, {"place": "moon"}])
def test_a_prune_of_no_source_is_refused_with_those_there_are(vault: Api, body: dict[str, str]) -> None:
    refused = vault.post(f"{WHOLE}/prune", body)
    assert refused.status == 404
    assert "myeks of prod, myeks of stage" in refused.json["detail"]


@pytest.mark.parametrize("path", ["/v1/status", "/v1/report"])
def test_where_there_is_no_vault_the_routes_say_so(path: str) -> None:
    refused = Api(World()).get(path)
    assert refused.status == 404 and "this deployment is not a vault" in refused.json["detail"]
