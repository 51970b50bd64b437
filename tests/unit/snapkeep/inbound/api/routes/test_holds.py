"""Holds through the API: the tag is set and lifted, and the journal knows who, why and until when."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.restore.holds import principal_of
from tests.fakes.api import CALLER, Api
from tests.fakes.world import World

HERE = "/v1/clusters/myeks/namespaces/shop/recovery-points"


@pytest.mark.parametrize("place", [HERE, "/v1/clusters/myeks/recovery-points"])
def test_a_held_point_says_who_holds_it_why_and_until_when(
    api: Api, world: World, point: str, place: str
) -> None:
    reply = api("PUT", f"{place}/{point}/hold", {"reason": "audit", "until": "2027-01-01T00:00:00Z"})
    assert reply.status == 200
    assert reply.json["held"] is True
    route = "namespace" if "namespaces" in place else "cluster"
    expected = {
        "holder": f"{route} {principal_of(CALLER)}",
        "reason": "audit",
        "until": "2027-01-01T00:00:00Z",
        "by": CALLER,
    }
    assert reply.json["holds"] == [expected]
    (snapshot,) = world.ebs.all.values()
    assert snapshot.tags[tags.HOLD].startswith(f"{route}:")
    assert [change.method for change in world.announcer.changes] == ["PUT"]


def test_a_hold_is_given_back_and_giving_it_back_again_is_success(api: Api, world: World, point: str) -> None:
    api("PUT", f"{HERE}/{point}/hold", {"reason": "audit"})
    for _ in range(2):
        reply = api("DELETE", f"{HERE}/{point}/hold")
        assert (reply.status, reply.text) == (204, "")
    assert api.get(f"{HERE}/{point}").json["held"] is False


def test_a_hold_of_a_restore_stays_when_a_person_gives_theirs_back(
    api: Api, world: World, point: str
) -> None:
    api.post("/v1/clusters/myeks/namespaces/shop/restores", {"recovery_point": point, "target": "copy"})
    api("PUT", f"{HERE}/{point}/hold", {"reason": "audit"})
    api("DELETE", f"{HERE}/{point}/hold")
    shown = api.get(f"{HERE}/{point}").json
    assert shown["held"] is True
    assert [hold["holder"].split()[0] for hold in shown["holds"]] == ["restore"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": ""},
        {"reason": "x", "until": "2020-01-01T00:00:00Z"},
        {"reason": "x", "until": "2027-01-01T00:00:00"},
        {"reason": "x", "until": "0001-01-01T00:00:00+14:00"},
        {"reason": "x", "until": "9999-12-31T23:59:59-14:00"},
        {"reason": "x", "for": "ever"},
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(
    api: Api, world: World, point: str, body: dict[str, str]
) -> None:
    reply = api("PUT", f"{HERE}/{point}/hold", body)
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert all(tags.HOLD not in snapshot.tags for snapshot in world.ebs.all.values())


def test_a_point_of_another_namespace_cannot_be_held(api: Api, world: World, point: str) -> None:
    place = f"/v1/clusters/myeks/namespaces/other/recovery-points/{point}/hold"
    assert api("PUT", place, {"reason": "mine"}).code == "not_found"
    assert api("DELETE", place).code == "not_found"


def test_nobody_lifts_or_shortens_what_others_hold(api: Api, world: World, point: str) -> None:
    cluster = f"/v1/clusters/myeks/recovery-points/{point}"
    for who in ("ann", "bob"):
        Api(world, caller=f"arn:aws:iam::1:user/{who}")("PUT", f"{cluster}/hold", {"reason": who})
    ann_here = Api(world, caller="arn:aws:iam::1:user/ann")
    ann_here("PUT", f"{HERE}/{point}/hold", {"reason": "soon over", "until": "2027-01-01T00:00:00Z"})
    ann_here("DELETE", f"{HERE}/{point}/hold")
    assert [hold["reason"] for hold in api.get(cluster).json["holds"]] == ["ann", "bob"]
    assert [hold["until"] for hold in api.get(cluster).json["holds"]] == [None, None]
    ann_here("DELETE", f"{cluster}/hold")
    assert [hold["reason"] for hold in api.get(cluster).json["holds"]] == ["bob"]


def test_what_was_set_by_hand_is_not_lifted_by_the_api(api: Api, world: World, point: str) -> None:
    (snapshot,) = world.ebs.all.values()
    world.ebs.add_tags(snapshot.id, {tags.HOLD: "true"})
    assert api("DELETE", f"{HERE}/{point}/hold").status == 204
    assert api.get(f"{HERE}/{point}").json["held"] is True
