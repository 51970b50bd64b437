"""A failed point whose VolumeSnapshot gets its snapshot late."""

from __future__ import annotations

import pytest

from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from tests.fakes.world import World
from tests.unit.snapkeep.services.backup.healing.worlds import healed, taken


def failed_for_want_of_a_controller() -> World:
    """A csi point that failed after 15 minutes; its VolumeSnapshot was not withdrawn yet."""
    world = taken("mysql", method=Method.CSI)
    world.wait(minutes=15)
    assert healed(world) == {"failed": 1}
    assert world.the_run().announced  # type: ignore[union-attr]
    return world


@pytest.mark.parametrize("events", [True, False])
def test_a_failed_point_takes_the_late_snapshot_of_its_volume_snapshot(events: bool) -> None:
    world = failed_for_want_of_a_controller()
    world.queue.sent.clear()
    world.wait(hours=2)
    world.cluster.run_driver(world.ebs)
    (snapshot,) = world.ebs.all.values()
    world.complete_points.on_event(snapshot.id, finished=False)
    world.finish_snapshots(events=events)
    world.reconcile()
    assert world.point("mysql").reason == ""
    assert list(world.counted()) == ["mysql"]
    run = world.the_run()
    assert run is not None and (run.ready, run.failed, run.late) == (1, 0, 0)
    assert [ended for _, ended in world.announcer.late_ended] == [1]
    assert list(world.journal.runs.open_runs()) == []


def test_a_late_snapshot_whose_events_are_lost_is_found_while_it_is_pending() -> None:
    world = failed_for_want_of_a_controller()
    world.queue.sent.clear()
    world.wait(hours=2)
    world.cluster.run_driver(world.ebs)
    world.reconcile()
    assert world.states() == {"mysql": PointState.PENDING}
    world.finish_snapshots(events=False)
    world.reconcile()
    assert list(world.counted()) == ["mysql"]


def test_a_volume_snapshot_of_a_withdrawn_ones_name_makes_no_point() -> None:
    world = failed_for_want_of_a_controller()
    point = world.point("mysql")
    world.work()
    assert world.point("mysql").withdrawn
    world.cluster.create_volume_snapshot(point)  # whoever may use our class can name one so
    world.finish_snapshots()
    assert world.counted() == {}
    assert world.states() == {"mysql": PointState.FAILED}
