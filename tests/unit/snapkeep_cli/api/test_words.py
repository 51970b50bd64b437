"""What the API refuses in a request reaches a person with options instead of fields."""

from __future__ import annotations

import re
from typing import Any

import pytest

from snapkeep.inbound.api.problems import RETRY_LATER, problem_of
from snapkeep_cli.api.client import ApiProblem
from snapkeep_cli.api.words import fix_in_words, in_words
from tests.fakes.api import Api
from tests.fakes.world import World, a_claim
from tests.unit.snapkeep_cli.conftest import Command

LONG = "x" * 600
LABELS = {str(number): "" for number in range(60)}
RESTORES = "/v1/clusters/myeks/namespaces/shop/restores"
FOREIGN = re.compile(r"String|Input|should|Value error|pydantic|validat|`|body|_[a-z]")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (RESTORES, {"recovery_point": "p"}, "name the --as, the claim to create"),
        (RESTORES, {"claim": LONG}, "--claim: must have at most 253 characters"),
        (RESTORES, {"claim": "data", "at": "yesterday"}, "--at: must be a time with an offset"),
        (RESTORES, {"claim": "data", "expand": "maybe"}, "--expand: must be 'auto' or 'never'"),
        (
            RESTORES,
            {"claim": "data", "labels": LABELS},
            "--label: must have at most 50 entries",
        ),
        (RESTORES, {"claim": "data", "strange": 1}, "strange: is not a field of this request"),
        (RESTORES, {"claim": 3}, "--claim: must be text"),
        (
            f"{RESTORES}".replace("/namespaces/shop", ""),
            {"claim": "data", "namespace": "A B"},
            "--namespace: has characters or a form that is not allowed",
        ),
        ("/v1/clusters/myeks/backups", {"policy": ""}, "--policy: must not be empty"),
        ("/v1/clusters/myeks/backups", {}, "name exactly one of the claims, selection and --policy"),
        ("/v1/clusters/myeks/recovery-points?state=odd", None, "--state: must be 'planned'"),
        ("/v1/clusters/myeks/recovery-points?since=noon", None, "--since: must be a time"),
        ("/v1/clusters/myeks/recovery-points?limit=900", None, "--limit: must be at most 100"),
    ],
)
def test_a_refused_request_is_told_in_options(path: str, body: Any, said: str) -> None:
    api = Api(World(a_claim("data")))
    reply = api.post(path, body) if body is not None else api.get(path)
    assert reply.code == "invalid_request", reply.text
    told = in_words(ApiProblem(reply.status, reply.json))
    assert said in told
    assert not FOREIGN.search(told), told


@pytest.mark.parametrize(
    ("code", "fix", "said"),
    [
        ("unavailable", RETRY_LATER, "try again in a moment"),
        (
            "internal",
            problem_of(ValueError("a bug")).fix,
            "try again; if it fails again, read the log of the api function",
        ),
        (
            "invalid_request",
            "GET /v1/openapi.json describes every field.",
            "the command's --help says what it takes",
        ),
        ("conflict", "Choose another target.", "Choose another target."),
        ("invalid_request", "", ""),
    ],
)
def test_what_to_do_is_nothing_that_the_command_does_itself(code: str, fix: str, said: str) -> None:
    assert fix_in_words(ApiProblem(503, {"code": code, "fix": fix})) == said


def test_a_reason_that_is_too_long_is_told_by_its_option(snapkeep: Command, world: World) -> None:
    ended = snapkeep("hold", world.point("data").id, "--reason", LONG)
    assert ended.code == 2
    assert ended.err.splitlines()[:2] == [
        "error[invalid_request]: --reason: must have at most 500 characters",
        "  fix: the command's --help says what it takes",
    ]
