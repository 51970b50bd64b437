"""The setting `borrow`, as the functions read it."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.vault.borrower import Borrow, borrow_of

KEY = "arn:aws:kms:ap-northeast-2:333344445555:key/1"


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_deployment_without_the_setting_borrows_nothing(nothing: Any) -> None:
    assert borrow_of(nothing) is None


def test_the_lenders_and_the_key_are_read() -> None:
    found = borrow_of({"lenders": ["222233334444", "444455556666"], "kms_key": KEY})
    assert found == Borrow(("222233334444", "444455556666"), KEY)


@pytest.mark.parametrize("half", [{"kms_key": KEY}, {"lenders": []}])
def test_half_a_setting_is_refused(half: Any) -> None:
    with pytest.raises(KeyError):
        borrow_of(half)
