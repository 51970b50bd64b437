"""Loan documents are read field by field, because anybody may have written them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep.domain.drivers import EBS_CSI
from snapkeep.domain.errors import Invalid, UnknownVersion
from snapkeep.domain.vault.loan_documents import document_of, read_loan_document
from tests.fakes.lending import BORROWER, VAULT_ACCOUNT, a_vault_copy
from tests.unit.snapkeep.domain.copies.copy_samples import NOW

LOAN = document_of(a_vault_copy(), VAULT_ACCOUNT, BORROWER, "ap-northeast-2", NOW.replace(microsecond=0))


def test_a_document_comes_back_as_written() -> None:
    assert read_loan_document(json.loads(json.dumps(LOAN.to_document()))) == LOAN


def test_unknown_fields_are_ignored_and_tags_of_a_driver_never_pass() -> None:
    written = LOAN.to_document()
    written["tags"] |= {EBS_CSI.mark: "true", "Name": "mine", "snapkeep:hold": "true"}
    assert read_loan_document(written | {"more": 1}) == LOAN


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("kind", "something", "not a loan document"),
        ("lender", "12", "lender is not valid"),
        ("borrower", None, "borrower must be text"),
        ("region", "ap-northeast-2; rm", "region is not valid"),
        ("snapshot", "snap-xyz", "snapshot is not valid"),
        ("size_bytes", True, "size_bytes must be a number"),
        ("size_bytes", 0, "size_bytes must be a number"),
        ("tags", [], "tags must be an object"),
        ("tags", {"snapkeep:managed": "true"}, "not those of a copy"),
        ("tags", LOAN.tags | {"snapkeep:claim": "a\nb"}, "a value that EC2 would not accept"),
        ("tags", LOAN.tags | {"snapkeep:claim": "a" * 257}, "a value that EC2 would not accept"),
        ("until", "tomorrow", "until must be a time"),
    ],
)
def test_a_field_that_nobody_can_have_written_is_named(field: str, value: Any, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read_loan_document(LOAN.to_document() | {field: value})


@pytest.mark.parametrize("version", [2, "1", None, True])
def test_another_version_is_said_to_be_one(version: Any) -> None:
    with pytest.raises(UnknownVersion, match="deploy the same release as the lender"):
        read_loan_document(LOAN.to_document() | {"version": version})


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_what_is_no_object_is_no_loan(document: object) -> None:
    with pytest.raises(Invalid, match="snapkeep copies lend"):
        read_loan_document(document)
