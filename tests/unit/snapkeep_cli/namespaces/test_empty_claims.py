"""Claims that pods need and of which the run has no point."""

from __future__ import annotations

import pytest

from tests.fakes.saving import SavingWorld, run_of
from tests.fakes.target_cluster import FakeTargetCluster
from tests.unit.snapkeep_cli.conftest import Command
from tests.unit.snapkeep_cli.namespaces.conftest import lost_shop

COMMAND = ("restore-namespace", run_of(), "-n", "shop", "--yes", "--timeout", "2")
HELP = "snapkeep restore --claim shop/cache -n shop --cluster myeks"


@pytest.fixture
def world() -> SavingWorld:
    """The pods of api also mount `cache`, which no run saved."""
    return lost_shop("data", "cache")


def test_they_are_named_before_and_in_the_end(cluster: FakeTargetCluster, snapkeep: Command) -> None:
    ended = snapkeep(*COMMAND)

    assert ended.code == 1, ended.err
    assert "warning[claim_without_point]: claim cache does not come back" in ended.err
    assert "claim cache  the run has no ready recovery point for it" in ended.out
    assert f"next: {HELP}" in ended.err
    assert "error[namespace_failed]: shop is not whole: it lacks claim cache" in ended.err
    assert snapkeep(*HELP.split()[1:], "--dry-run").code != 2, "its options exist"


def test_one_that_somebody_brought_is_enough(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    world.cluster.put_foreign_claim("shop", "cache")

    ended = snapkeep(*COMMAND)

    assert ended.code == 0, ended.err
    assert "cache" not in ended.err


def test_one_that_exists_of_those_to_restore_stays(
    world: SavingWorld, cluster: FakeTargetCluster, snapkeep: Command
) -> None:
    world.cluster.namespaces["shop"] = "Active"
    for claim in ("cache", "data"):
        world.cluster.put_foreign_claim("shop", claim)

    ended = snapkeep(*COMMAND)

    assert ended.code == 3 and "keep it: --without PersistentVolumeClaim/data" in ended.err
    assert snapkeep(*COMMAND, "--without", "PersistentVolumeClaim/data").code == 0
