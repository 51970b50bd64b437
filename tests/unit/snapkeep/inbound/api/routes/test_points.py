"""Recovery points through the API: pages, filters, and nothing of other namespaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.adopting import SPARE, AdoptingWorld
from tests.fakes.api import Api
from tests.fakes.world import SLOT, World

ALL = "/v1/clusters/myeks/recovery-points"
HERE = "/v1/clusters/myeks/namespaces/shop/recovery-points"


def test_a_point_is_listed_with_what_a_restore_must_know(api: Api, world: World, point: str) -> None:
    (listed,) = api.get(HERE).json["recovery_points"]
    assert listed == {
        "id": point,
        "snapshot_id": next(iter(world.ebs.all)),
        "cluster": "myeks",
        "namespace": "shop",
        "claim": "data",
        "claim_uid": "uid-shop-data",
        "policy": "nightly",
        "slot": "2026-11-24T18:00:00Z",
        "state": "ready",
        "size": "4Gi",
        "size_bytes": 4 * 2**30,
        "requested": "4Gi",
        "storage_class": "gp3",
        "access_modes": ["ReadWriteOnce"],
        "volume_mode": "Filesystem",
        "fs_type": "xfs",
        "group": "",
        "method": "ebs",
        "started_at": "2026-11-24T18:00:00Z",
        "held": False,
        "archived": False,
        "archived_at": None,
        "back_until": None,
        "place": "",
        "copied_from": "",
        "check": {
            "state": "off",
            "words": "checks are off",
            "checked_at": None,
            "reasons": [],
            "accepted_by": "",
            "because": "",
        },
    }


def test_pages_follow_each_other_newest_first(api: Api, world: World) -> None:
    for day in (1, 2):
        world.back_up(SLOT + timedelta(days=day))
    first = api.get(f"{ALL}?limit=2").json
    second = api.get(f"{ALL}?limit=2&cursor={first['next_cursor']}").json
    slots = [item["slot"][:10] for page in (first, second) for item in page["recovery_points"]]
    assert slots == ["2026-11-26", "2026-11-25", "2026-11-24"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("claim=data", 1),
        ("claim=other", 0),
        ("policy=nightly&state=ready", 1),
        ("state=failed", 0),
        ("since=2026-11-24T18:00:00Z", 1),
        ("since=2026-11-25T03:00:00%2B09:00", 1),
        ("until=2026-11-24T17:59:59Z", 0),
    ],
)
def test_lists_are_narrowed(api: Api, query: str, count: int) -> None:
    assert len(api.get(f"{ALL}?{query}").json["recovery_points"]) == count


@pytest.mark.parametrize("query", ["state=good", "since=yesterday", "since=2026-11-24T18:00:00", "limit=0"])
def test_a_filter_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    reply = api.get(f"{ALL}?{query}")
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.json["errors"][0]["where"] == query.split("=")[0]


def test_a_cursor_serves_the_list_that_gave_it_only(api: Api, world: World) -> None:
    world.back_up(SLOT + timedelta(days=1))
    cursor = api.get(f"{ALL}?limit=1").json["next_cursor"]
    reply = api.get(f"{HERE}?limit=1&cursor={cursor}")
    assert (reply.status, reply.code) == (422, "invalid_request")


def test_a_namespace_shows_no_point_of_another(api: Api, point: str) -> None:
    elsewhere = "/v1/clusters/myeks/namespaces/other/recovery-points"
    assert api.get(elsewhere).json["recovery_points"] == []
    assert api.get(f"{elsewhere}/{point}").code == "not_found"
    assert api.get(f"{HERE}/{point}").json["id"] == point
    assert api.get(f"{ALL}/{point}").json["holds"] == []


def test_a_cluster_that_nobody_knows_is_unknown(api: Api) -> None:
    assert api.get("/v1/clusters/nope/recovery-points").code == "unknown_cluster"


IN_PLACE = f"/v1/clusters/{SPARE}/recovery-points?from_place=osaka"


def test_copies_of_a_place_are_listed_with_where_they_come_from_and_when_their_data_was_taken() -> None:
    world = AdoptingWorld()
    reply = Api(world).get(f"{IN_PLACE}&claim=mysql&namespace=shop&source_cluster=myeks")
    assert reply.status == 200
    first, second = reply.json["recovery_points"]
    newest = world.copy_of("mysql")
    assert first["snapshot_id"] == newest.id
    assert (first["cluster"], first["place"], first["state"]) == ("myeks", "osaka", "ready")
    assert first["copied_from"] == newest.tags["snapkeep:copy-from"]
    assert first["started_at"].replace("-", "").replace(":", "") == newest.tags["snapkeep:taken"]
    assert second["slot"] < first["slot"]
    assert reply.json["next_cursor"] is None
    assert Api(world).get(f"/v1/clusters/{SPARE}/recovery-points").json["recovery_points"] == []


def test_a_place_without_copies_a_cluster_of_nobody_and_a_deployment_that_adopts_none_are_told_apart() -> (
    None
):
    world = AdoptingWorld()
    assert Api(world).get(IN_PLACE.replace("osaka", "oska")).code == "not_found"
    assert Api(world).get(IN_PLACE.replace(SPARE, "nobody")).code == "unknown_cluster"
    world.deployment = replace(world.deployment, adopt=False)
    refused = Api(world).get(IN_PLACE)
    assert (refused.status, refused.code) == (422, "invalid_request")
    assert "adopt: true" in refused.json["detail"]
