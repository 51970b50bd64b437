"""A lab per test on a fake EC2, and one running AWS for the tests that need the real pieces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.launch import Sandbox
from tests.contract.sandbox_driver.lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """EC2 completes snapshots at once."""
    made = Lab()
    yield made
    made.stop()


@pytest.fixture
def slow_lab() -> Iterator[Lab]:
    """EC2 leaves snapshots pending until a test completes them."""
    made = Lab(instant=False)
    yield made
    made.stop()


@pytest.fixture
def named_lab() -> Iterator[Lab]:
    """The driver knows that its cluster is `spare`."""
    made = Lab(cluster_name="spare")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def aws() -> Iterator[Sandbox]:
    """The sandbox's AWS in a process of its own, without a cluster."""
    with Sandbox(cluster="") as running:
        yield running
