"""What a document says about looking into points."""

from __future__ import annotations

import pytest

from snapkeep.domain.proof.rules import CheckRules, check_rules_of


def test_checks_without_keys_are_not_the_same_as_no_checks() -> None:
    assert check_rules_of({"keys": []}) == CheckRules()
    assert check_rules_of(None) is None


def test_a_document_of_another_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        check_rules_of({})
