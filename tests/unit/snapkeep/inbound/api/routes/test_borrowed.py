"""Borrowing through the API: the document is checked, the copy shown, the change audited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api import CALLER, Api
from tests.fakes.borrowing import BorrowingWorld
from tests.fakes.lending import LendingWorld


@pytest.fixture
def world() -> BorrowingWorld:
    return BorrowingWorld()


@pytest.fixture
def api(world: BorrowingWorld) -> Api:
    return Api(world)  # type: ignore[arg-type]


def test_a_loan_is_borrowed_and_its_copy_shown(api: Api, world: BorrowingWorld) -> None:
    loan = world.lent()
    path = f"/v1/borrowed-copies/{loan.point}"
    assert api.get(path).code == "not_found"
    begun = api("PUT", path, loan.to_document())
    assert (begun.status, begun.json["state"], begun.json["claim"]) == (200, "pending", "data")
    world.ec2.finish_copies()
    shown = api.get(path).json
    assert (shown["state"], shown["snapshot_id"]) == ("ready", begun.json["snapshot_id"])
    told: list[Any] = world.announcer.changes
    assert [(each.caller, each.method, each.path) for each in told] == [(CALLER, "PUT", path)]


def test_the_path_names_the_point_of_the_document(api: Api, world: BorrowingWorld) -> None:
    answer = api("PUT", "/v1/borrowed-copies/another", world.lent().to_document())
    assert (answer.code, "the path names another" in answer.json["detail"]) == ("invalid_request", True)


def test_a_document_of_another_version_says_so(api: Api, world: BorrowingWorld) -> None:
    loan = world.lent()
    answer = api("PUT", f"/v1/borrowed-copies/{loan.point}", loan.to_document() | {"version": 2})
    assert (answer.code, "same release" in answer.json["detail"]) == ("invalid_request", True)


def test_a_loan_of_a_stranger_is_refused_with_what_to_do(api: Api, world: BorrowingWorld) -> None:
    loan = world.lent()
    document = loan.to_document() | {"lender": "999988887777"}
    answer = api("PUT", f"/v1/borrowed-copies/{loan.point}", document)
    assert (answer.status, answer.code) == (409, "loan_refused")
    assert "borrow.from" in answer.json["fix"]


def test_a_vault_borrows_nothing() -> None:
    world = LendingWorld()
    loan = world.lend()
    answer = Api(world)("PUT", f"/v1/borrowed-copies/{loan.point}", loan.to_document())  # type: ignore[arg-type]
    assert (answer.code, "is a vault" in answer.json["detail"]) == ("invalid_request", True)
