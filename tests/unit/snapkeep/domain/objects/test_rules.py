"""What a policy says about objects, in the document that functions read."""

from __future__ import annotations

import pytest

from snapkeep.domain.objects.rules import ObjectScope, scope_of


def test_a_scope_comes_back_as_it_was_written() -> None:
    assert [scope_of(scope.value) for scope in ObjectScope] == list(ObjectScope)
    assert scope_of(None) is None


def test_anything_else_is_refused() -> None:
    with pytest.raises(ValueError, match="cluster"):
        scope_of("cluster")
