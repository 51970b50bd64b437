"""What is measured is a whole prune: everything planned, and deleted with the objects of each point."""

from __future__ import annotations

import pytest

from bench.prune import measure


@pytest.mark.parametrize(("kind", "planned"), [("steady", 5), ("first", 5 * 62)])
def test_a_small_cluster_is_pruned_to_the_end(kind: str, planned: int) -> None:
    found = measure(kind, claims=5, points=100)
    assert (found["planned"], found["deleted"]) == (planned, planned)
    assert found["mib"] > 0
