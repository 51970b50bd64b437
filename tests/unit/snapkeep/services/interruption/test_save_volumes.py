"""When not every volume can be cut now: who needs it most goes first, and nobody is forgotten."""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.policies import Pace
from tests.fakes.dying import DyingWorld


def with_room_for_one() -> DyingWorld:
    """A world where others use up the account's pace but for one snapshot."""
    world = DyingWorld(pace=Pace(per_second=0.1, burst=2, pending=2))
    world.backups.pacer.take(1, world.clock())
    return world


def test_with_room_for_one_the_claim_without_a_good_point_goes_first() -> None:
    world = with_room_for_one()
    world.warn()
    report = world.save()
    assert report.snapshots == ["shop/mysql"]
    assert set(report.missed) == {"shop/wordpress"}
    assert "it is retried" in report.missed["shop/wordpress"]
    (job,) = world.backups.queue.jobs
    assert [point.split("-")[0] for point in job.points] == ["wordpress"]
    assert any(line.startswith("shop/wordpress is not snapshotted yet") for line in world.lines)


def test_the_claim_with_the_older_point_goes_before_the_one_with_the_newer() -> None:
    world = with_room_for_one()
    good = tags.full_tags(world.point("mysql"))
    world.backups.ebs.put(
        Snapshot("snap-1", "vol-mysql", SnapshotState.COMPLETED, world.clock(), 4 * 2**30, good)
    )
    world.warn()
    assert world.save().snapshots == ["shop/wordpress"]
