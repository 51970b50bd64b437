"""prune: a tick of its schedule deletes what may go, and the answer names it."""

from __future__ import annotations

import pytest

from lambdas.prune.handler import handle
from snapkeep.domain import tags
from snapkeep.domain.retention.deletion.deletions import SnapshotContent
from tests.fakes.world import World
from tests.unit.lambdas.conftest import Context, Load


def test_a_tick_prunes_marked_twins(world: World, sample: Load, context: Context) -> None:
    world.backup()
    world.work()
    world.finish_snapshots()
    first = next(iter(world.ebs.all.values()))
    twin = world.ebs.create(first.volume_id, first.tags | {tags.DUPLICATE: "true"}, "")
    answer = handle(sample("prune/tick"), context)
    (cluster,) = answer["clusters"]
    assert [(item["snapshot_id"], item["deleted"]) for item in cluster["duplicates"]] == [(twin.id, True)]
    assert twin.id not in world.ebs.all


@pytest.mark.parametrize("case", ["dry_run", "confirm", "run_completed"])
def test_each_sample_is_answered_for_its_cluster(
    world: World, sample: Load, context: Context, case: str
) -> None:
    world.back_up(world.clock())
    (report,) = handle(sample(f"prune/{case}"), context)["clusters"]
    assert (report["cluster"], report["dry_run"]) == ("myeks", case == "dry_run")
    assert ("no refusal has the token" in report["refused"]) == (case == "confirm")
    assert report["counts"]["keep"] == len(world.ebs.all) == 2


def test_a_sweep_reports_orphans_instead_of_pruning(world: World, sample: Load, context: Context) -> None:
    world.back_up(world.clock())
    stale = SnapshotContent("snapcontent-stale", "snap-gone", "Retain", "shop", "gone-1")
    world.cluster.contents[stale.name] = stale
    world.wait(days=2)
    (report,) = handle(sample("prune/orphans"), context)["clusters"]
    assert report["counts"] == {"VolumeSnapshotContent": 1}
    assert stale.name in world.cluster.contents
