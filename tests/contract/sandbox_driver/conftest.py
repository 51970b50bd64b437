"""A lab per test, stopped afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.sandbox_driver.lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """EC2 completes snapshots at once."""
    made = Lab()
    yield made
    made.stop()


@pytest.fixture
def slow_lab() -> Iterator[Lab]:
    """EC2 leaves snapshots pending until it is told to complete them."""
    made = Lab(instant=False)
    yield made
    made.stop()
