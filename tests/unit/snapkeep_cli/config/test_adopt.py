"""`adopt`: whether copies are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snapkeep.domain.policies import Deployment
from snapkeep_cli.config import ConfigError
from tests.unit.snapkeep_cli.config.refused_file import FILE


def test_copies_are_adopted_only_where_the_file_says_so(loaded: Callable[[str], Deployment]) -> None:
    assert loaded(FILE).adopt is False
    assert loaded(f"{FILE}adopt: true\n").adopt is True


def test_anything_but_true_and_false_is_refused(loaded: Callable[[str], Deployment]) -> None:
    with pytest.raises(ConfigError, match="adopt"):
        loaded(f"{FILE}adopt: osaka\n")
