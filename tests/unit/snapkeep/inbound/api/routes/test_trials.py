"""Trying policies through the API: who sees what, and what is no policy."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain.copies.rules import CopyRule, Every, Period
from snapkeep.domain.policies import (
    Deployment,
    Operator,
    Requirement,
    Schedule,
    Selection,
    to_document,
)
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.inbound.api.models.trial import TrialBody
from tests.fakes.api import Api
from tests.fakes.world import SLOT, World, a_claim, a_policy

HERE = "/v1/clusters/myeks/try"
IN_SHOP = "/v1/clusters/myeks/namespaces/shop/try"


@pytest.fixture
def world() -> World:
    """Claims in two namespaces, each with three daily points."""
    world = World(a_claim("data"), a_claim("ledger", namespace="bank"))
    for day in range(3):
        world.back_up(SLOT + timedelta(days=day))
    return world


def a_body(**changes: Any) -> dict[str, Any]:
    """The usual policy with these changes, as the command sends it."""
    deployment = Deployment((), (a_policy("nightly"),))
    document = json.loads(json.dumps(to_document(deployment)))
    (policy,) = document["policies"]
    return {"policies": [policy | changes]}


def test_the_cluster_is_shown_as_the_policies_would_have_it(api: Api, world: World) -> None:
    reply = api.post(HERE, a_body(retention={"last": 1}))
    assert reply.status == 200
    assert {item["claim"] for item in reply.json["taken"]} == {"data", "ledger"}
    assert (len(reply.json["deletions"]), reply.json["keeping"]) == (4, 2)
    assert len(world.ebs.all) == 6
    assert world.announcer.changes == []


def test_a_namespaces_caller_sees_that_namespace_only(api: Api) -> None:
    reply = api.post(IN_SHOP, a_body(retention={"last": 1}))
    assert reply.status == 200
    assert {item["claim"] for item in reply.json["deletions"]} == {"shop/data"}
    assert "bank" not in reply.text and "ledger" not in reply.text


def test_no_key_is_needed_because_nothing_is_changed_or_remembered(api: Api) -> None:
    assert api.post(HERE, a_body(), key=None).status == 200
    assert api.answers.records == {} if hasattr(api.answers, "records") else True


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Nightly"},
        {"name": "interruption"},
        {"clusters": "myeks"},
        {"retention": {}},
        {"retention": {"last": 0}},
        {"retention": {"last": [1]}},
        {"schedule": {}},
        {"schedule": a_body()["policies"][0]["schedule"] | {"expression": "rate(0 days)"}},
        {"schedule": a_body()["policies"][0]["schedule"] | {"timezone": "../../etc/passwd"}},
        {"schedule": a_body()["policies"][0]["schedule"] | {"timezone": "Mars/Base"}},
        {"schedule": a_body()["policies"][0]["schedule"] | {"catch_up": 10**30}},
        {"selection": a_body()["policies"][0]["selection"] | {"namespaces": ["[a-z]"]}},
        {"selection": a_body()["policies"][0]["selection"] | {"namespaces": [7]}},
        {"selection": a_body()["policies"][0]["selection"] | {"min_bytes": -1}},
        {"selection": a_body()["policies"][0]["selection"] | {"labels": [{"key": "a"}]}},
        {"method": "tape"},
        {"lock": {"mode": "governance", "days": 0, "cool_off_hours": 0}},
        {"unknown": 1},
    ],
)
def test_what_is_no_policy_is_refused(api: Api, changes: dict[str, Any]) -> None:
    reply = api.post(HERE, a_body(**changes))
    assert (reply.status, reply.code) == (422, "invalid_request")


def test_names_must_be_those_of_the_policies_and_differ(api: Api) -> None:
    body = a_body()
    assert api.post(HERE, body | {"only": ["typo"]}).code == "invalid_request"
    assert api.post(HERE, {"policies": body["policies"] * 2}).code == "invalid_request"
    assert api.post(HERE, {"policies": []}).status == 200


def test_a_body_larger_than_any_config_is_refused(api: Api) -> None:
    body = deepcopy(a_body())
    body["policies"][0]["selection"]["storage_classes"] = ["c" * 300] * 1000
    many = [body["policies"][0] | {"name": f"p{number}"} for number in range(4)]
    reply = api.post(HERE, {"policies": many})
    assert (reply.status, reply.code) == (413, "too_large")


def test_another_cluster_is_unknown(api: Api) -> None:
    reply = api.post("/v1/clusters/other/try", a_body())
    assert (reply.status, reply.code) == (404, "unknown_cluster")


def test_a_policy_with_copies_is_tried_like_any_other(api: Api) -> None:
    rule = {
        "to": "osaka",
        "retention": {"daily": 14},
        "every": {"period": "day", "number": 1},
        "lock": None,
        "backfill": 1,
        "also": ["on-demand"],
    }
    assert api.post(HERE, a_body(copies=[rule])).status == 200
    wrong = {"retention": {"last": 0}}, {"every": {"period": "month", "number": 1}}, {"unknown": 1}
    for change in wrong:
        assert api.post(HERE, a_body(copies=[rule | change])).status == 422


def test_a_policy_for_another_cluster_takes_nothing_here(api: Api) -> None:
    reply = api.post(HERE, a_body(clusters=["other"], retention={"last": 1}))
    assert (reply.status, reply.json["taken"], reply.json["deletions"]) == (200, [], [])


def test_every_field_arrives_as_it_was_sent() -> None:
    policy = replace(
        a_policy("nightly"),
        selection=Selection(
            namespaces=("shop-*",),
            labels=(Requirement("app", Operator.IN, ("db",)),),
            min_bytes=1,
            opt_in_only=True,
        ),
        schedule=Schedule("rate(1 hour)", "Asia/Seoul", 15, timedelta(minutes=90), enabled=False),
        lock=Lock(LockMode.COMPLIANCE, 30, 24),
        group_label="app",
        group_fallback=True,
        exclusive=True,
        copies=(CopyRule("osaka", {"daily": 14}, Every(Period.DAY), Lock(LockMode.GOVERNANCE, 7)),),
    )
    sent = json.dumps({"policies": to_document(Deployment((), (policy,)))["policies"]})
    assert TrialBody.model_validate_json(sent).policies == [policy]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "on-demand"}, "`name` must not be on-demand, which is a built-in policy"),
        ({"lock": {"mode": "governance", "days": 0}}, "`lock.days` must be 1 to 36500"),
        ({"retention": {}}, "no rule keeps anything"),
        ({"strange": 1}, "is not a field of this request"),
    ],
)
def test_what_is_wrong_with_a_policy_is_told_at_its_place(
    api: Api, changes: dict[str, Any], problem: str
) -> None:
    (error,) = api.post(HERE, a_body(**changes)).json["errors"]
    assert error["where"].startswith("policies.0")
    assert error["problem"].startswith(problem)
