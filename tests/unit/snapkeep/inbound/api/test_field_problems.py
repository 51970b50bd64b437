"""Each mistake in a request names its field and says what the field must be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api import Api
from tests.fakes.world import World, a_claim

CLUSTER = "/v1/clusters/myeks"
RESTORES = f"{CLUSTER}/namespaces/shop/restores"
BACKUPS = f"{CLUSTER}/backups"


@pytest.mark.parametrize(
    ("path", "body", "where", "problem"),
    [
        (RESTORES, {"claim": "x" * 254}, "claim", "must have at most 253 characters"),
        (RESTORES, {"claim": 3}, "claim", "must be text"),
        (RESTORES, {"claim": "data", "expand": "maybe"}, "expand", "must be 'auto' or 'never'"),
        (RESTORES, {"claim": "data", "strict": "maybe"}, "strict", "must be true or false"),
        (RESTORES, {"claim": "data", "labels": []}, "labels", "must be an object"),
        (RESTORES, {"claim": "data", "typo": 1}, "typo", "is not a field of this request"),
        (RESTORES, {"recovery_point": "p"}, "body", "name the `target`, the claim to create"),
        (BACKUPS, {"claims": []}, "claims", "must not be empty"),
        (BACKUPS, {"claims": "data"}, "claims", "must be a list"),
        (BACKUPS, {"claims": [{"name": "data"}]}, "claims.0.namespace", "is missing"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_it_must_be(
    path: str, body: dict[str, Any], where: str, problem: str
) -> None:
    reply = Api(World(a_claim("data"))).post(path, body)

    assert reply.status == 422
    assert reply.json["errors"] == [{"where": where, "problem": problem}]
    assert reply.json["detail"] == f"the request cannot be read: {where}: {problem}"


@pytest.mark.parametrize("time", ["noon", "2026-11-24T18:00:00", "2026-13-45T00:00:00Z", ""])
def test_a_time_must_have_an_offset(time: str) -> None:
    reply = Api(World()).get(f"{CLUSTER}/recovery-points?since={time}")
    (error,) = reply.json["errors"]

    assert error == {
        "where": "since",
        "problem": "must be a time with an offset, such as 2026-11-24T18:00:00Z",
    }


@pytest.mark.parametrize(
    ("limit", "problem"),
    [("0", "must be at least 1"), ("101", "must be at most 100"), ("ten", "must be a whole number")],
)
def test_a_number_out_of_range_is_refused_with_the_range(limit: str, problem: str) -> None:
    reply = Api(World()).get(f"{CLUSTER}/recovery-points?limit={limit}")

    assert reply.json["errors"] == [{"where": "limit", "problem": problem}]
