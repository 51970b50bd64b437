"""Healing what somebody deleted or edited before a point was ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.policies import Method
from tests.unit.snapkeep.services.backup.healing.worlds import cut_by_driver, healed, taken


def test_a_snapshot_that_somebody_deleted_fails_its_point_once_ec2_had_time_to_show_it() -> None:
    world = taken("mysql")
    snapshot_id = world.point("mysql").snapshot_id
    world.ebs.delete(snapshot_id)
    assert healed(world) == {}
    world.wait(minutes=6)
    assert healed(world) == {"failed": 1}
    assert world.point("mysql").reason == f"its snapshot {snapshot_id} was deleted before it was ready"
    assert world.pending_of_pace() == 0


def test_a_snapshot_that_lost_its_run_tag_is_found_by_its_id() -> None:
    world = taken("mysql")
    world.ebs.add_tags(world.point("mysql").snapshot_id, {tags.RUN: "edited"})
    world.finish_snapshots(events=False)
    assert healed(world) == {"ready": 1}


def test_a_namespace_that_was_deleted_takes_no_backup_with_it() -> None:
    """The VolumeSnapshot is gone before anybody read its snapshot's id; the class retains."""
    world = taken("mysql", method=Method.CSI)
    world.cluster.run_driver(world.ebs)
    world.cluster.snapshots.clear()
    world.wait(minutes=20)  # a long first snapshot: EC2 sends no event yet
    assert healed(world) == {"still pending": 1}
    world.finish_snapshots()
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]
    assert len(world.counted()["mysql"]) == 1


def test_a_volume_snapshot_deleted_before_anything_was_cut_fails_its_point() -> None:
    world = taken("mysql", method=Method.CSI)
    world.cluster.snapshots.clear()
    world.wait(minutes=15)
    assert healed(world) == {"failed": 1}
    assert world.point("mysql").reason.endswith("was deleted")


@pytest.mark.parametrize(
    ("edited", "end"),
    [
        ({tags.POINT: "another"}, "failed"),
        ({tags.POINT: "", tags.RUN: ""}, "failed"),
        ({tags.RUN: "another"}, "ready"),
    ],
)
def test_tags_that_somebody_edited_do_not_keep_a_run_open(edited: dict[str, str], end: str) -> None:
    """The journal knows whose snapshot it is; what a point needs is written once and cannot be mended."""
    world = taken("mysql")
    (snapshot_id,) = world.ebs.all
    world.ebs.add_tags(snapshot_id, edited)
    world.ebs.complete()
    assert healed(world)[end] == 1
    assert world.the_run().state.is_final  # type: ignore[union-attr]
    assert edited.items() <= world.ebs.all[snapshot_id].tags.items()


def test_a_points_own_snapshot_that_somebody_marked_as_a_duplicate_fails_it() -> None:
    world = taken("mysql")
    (snapshot_id,) = world.ebs.all
    world.ebs.add_tags(snapshot_id, {tags.DUPLICATE: "true"})
    world.ebs.complete()
    assert healed(world)["failed"] == 1
    assert world.point("mysql").reason == f"somebody marked its snapshot {snapshot_id} as a duplicate"
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_a_volume_snapshot_whose_snapshot_was_deleted_before_anybody_saw_it_ends_its_point() -> None:
    world = taken("mysql", method=Method.CSI)
    del world.ebs.all[cut_by_driver(world)]
    assert healed(world) == {"not visible yet": 1}
    world.wait(minutes=11)
    assert healed(world)["failed"] == 1
    assert "was deleted before it was ready" in world.point("mysql").reason


def test_a_twin_counts_once_the_snapshot_that_is_named_cannot_come_any_more() -> None:
    world = taken("mysql", method=Method.CSI)
    named = cut_by_driver(world)
    twin = world.cluster.cut_one(world.ebs, "shop", world.point("mysql").volume_snapshot)
    del world.ebs.all[named]
    world.ebs.complete()
    assert healed(world) == {"not visible yet": 1}
    world.wait(minutes=11)
    assert healed(world) == {"ready": 1}
    assert (world.point("mysql").snapshot_id, world.point("mysql").method) == (twin, Method.CSI)


@pytest.mark.parametrize("csi_fallback", [False, True])
def test_a_class_that_lost_our_tags_is_named_and_does_not_keep_the_run_open(csi_fallback: bool) -> None:
    world = taken("mysql", method=Method.CSI, csi_fallback=csi_fallback)
    snapshot_id = cut_by_driver(world)
    untagged = {"ebs.csi.aws.com/cluster": "true"}
    world.ebs.all[snapshot_id] = replace(world.ebs.all[snapshot_id], tags=untagged)
    world.ebs.complete()
    assert healed(world) == {"not ours": 1}
    world.wait(minutes=11)
    healed(world)
    point = world.point("mysql")
    assert "apply again what" in (point.method_reason if csi_fallback else point.reason)
    assert world.run_until_closed().state is (RunState.COMPLETED if csi_fallback else RunState.FAILED)
