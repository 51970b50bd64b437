"""Loans through the API of a vault: begun, listed, ended, refused, and audited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api import CALLER, Api
from tests.fakes.copying import CopyWorld
from tests.fakes.lending import BORROWER, COPY_ID, OTHER, VAULT_ACCOUNT, LendingWorld

PATH = f"/v1/loans/{COPY_ID}/{BORROWER}"


@pytest.fixture
def world() -> LendingWorld:
    return LendingWorld()


@pytest.fixture
def api(world: LendingWorld) -> Api:
    return Api(world)  # type: ignore[arg-type]


def test_a_copy_is_lent_listed_and_its_loan_ended(api: Api, world: LendingWorld) -> None:
    lent = api("PUT", PATH, {"seconds": 7200})
    assert (lent.status, lent.json["lender"], lent.json["borrower"]) == (200, VAULT_ACCOUNT, BORROWER)
    assert world.is_lent
    (listed,) = api.get("/v1/loans").json["loans"]
    assert (listed["snapshot_id"], listed["state"], listed["by"]) == (COPY_ID, "lent", CALLER)
    assert listed["until"] == lent.json["until"]
    assert api("DELETE", PATH).status == 204
    assert world.has_no_right
    (listed,) = api.get("/v1/loans").json["loans"]
    assert (listed["state"], listed["reason"]) == ("ended", f"ended by {CALLER}")


def test_both_changes_are_published_with_their_caller(api: Api, world: LendingWorld) -> None:
    api("PUT", PATH, {})
    api("DELETE", PATH)
    told: list[Any] = world.announcer.changes
    assert [(each.caller, each.method, each.path) for each in told] == [
        (CALLER, "PUT", PATH),
        (CALLER, "DELETE", PATH),
    ]


def test_a_refusal_says_what_to_do(api: Api, world: LendingWorld) -> None:
    refused = api("PUT", f"/v1/loans/{COPY_ID}/{OTHER}", {})
    assert (refused.status, refused.code) == (409, "loan_refused")
    assert "add it to vault.lend_to" in refused.json["fix"]
    assert api("PUT", f"/v1/loans/snap-00000000000000001/{BORROWER}", {}).code == "not_found"
    assert api("DELETE", PATH).code == "not_found"
    assert world.has_no_right


@pytest.mark.parametrize("body", [{"seconds": 3599}, {"seconds": 604801}, {"for": "2d"}])
def test_a_body_is_checked_before_anything_is_asked(api: Api, body: Any) -> None:
    assert api("PUT", PATH, body).code == "invalid_request"


def test_paths_name_accounts(api: Api) -> None:
    answer = api("PUT", f"/v1/loans/{COPY_ID}/12", {})
    assert (answer.status, "12 digits" in answer.json["fix"]) == (404, True)


def test_a_deployment_that_is_no_vault_lends_nothing() -> None:
    api = Api(CopyWorld())
    for answer in (api("PUT", PATH, {}), api("DELETE", PATH), api.get("/v1/loans")):
        assert (answer.code, "is not a vault" in answer.json["detail"]) == ("invalid_request", True)
