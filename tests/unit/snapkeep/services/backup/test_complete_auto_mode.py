"""Completion of what EKS Auto Mode cuts: it may not write our tags."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.claims import Volume, VolumeKind
from snapkeep.domain.drivers import AUTO_MODE, NAMED_SNAPSHOT
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.services.backup.complete import Settled
from tests.fakes.world import World, a_claim, a_policy
from tests.unit.snapkeep.services.backup.completions import only

AUTO = Volume("pv-mysql", VolumeKind.EBS_CSI, AUTO_MODE.name, "vol-mysql", "ext4", "a")


def taken_in_auto_mode() -> World:
    """A csi point whose snapshot was cut by a driver that may not write our tags."""
    world = World(a_claim("mysql", volume=AUTO), policy=a_policy(method=Method.CSI))
    world.backup()
    world.work()
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    return world


def test_a_snapshot_of_auto_mode_becomes_ours_by_its_completion() -> None:
    world = taken_in_auto_mode()
    assert tags.MANAGED not in world.ebs.all[only(world)].tags
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    assert tags.missing_tags(world.ebs.all[only(world)].tags, world.point("mysql")) == {}
    assert len(world.counted()["mysql"]) == 1


def test_other_peoples_snapshots_in_an_auto_mode_cluster_stay_theirs() -> None:
    world = taken_in_auto_mode()
    for mark in ({}, {NAMED_SNAPSHOT: "snapshot-somebody"}):
        theirs = world.ebs.create("vol-mysql", AUTO_MODE.tags("myeks") | mark, "by kubectl")
        assert world.complete_points.on_event(theirs.id, finished=True) is Settled.NOT_OURS
        assert tags.MANAGED not in world.ebs.all[theirs.id].tags


@pytest.mark.parametrize(
    ("volume", "cluster"), [("vol-other", "myeks"), ("vol-mysql", "second"), ("vol-mysql", "")]
)
def test_a_forged_mark_adopts_nothing_of_another_volume_or_cluster(volume: str, cluster: str) -> None:
    world = taken_in_auto_mode()
    world.ebs.add_volume(volume)
    mark = {NAMED_SNAPSHOT: world.point("mysql").driver_mark, AUTO_MODE.cluster_key: cluster}
    forged = world.ebs.create(volume, mark, "forged")
    assert world.complete_points.on_event(forged.id, finished=True) is Settled.NOT_OURS


def test_what_auto_mode_cuts_twice_counts_once_and_the_twin_can_be_pruned() -> None:
    world = taken_in_auto_mode()
    first = only(world)
    twin = world.ebs.create("vol-mysql", dict(world.ebs.all[first].tags), "cut again while EC2 lagged")
    assert world.complete_points.on_event(twin.id, finished=True) is Settled.CONTESTED
    world.cluster.mark_ready()
    world.reconcile()
    assert world.point("mysql").snapshot_id == first
    assert world.complete_points.on_event(twin.id, finished=True) is Settled.DUPLICATE
    marked = world.ebs.all[twin.id].tags
    assert (marked[tags.MANAGED], marked[tags.CLUSTER], marked[tags.DUPLICATE]) == ("true", "myeks", "true")


def test_a_managed_tag_by_hand_takes_nothing_from_what_auto_mode_cut() -> None:
    world = taken_in_auto_mode()
    world.ebs.add_tags(only(world), {tags.MANAGED: "true"})
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY
    request = world.ebs.tag_requests[-1]
    assert (request[tags.MANAGED], request[tags.CLUSTER]) == ("true", "myeks")


def test_reconcile_follows_auto_mode_when_the_event_is_lost() -> None:
    world = taken_in_auto_mode()
    world.cluster.mark_ready()
    world.reconcile()
    assert world.states() == {"mysql": PointState.READY}


def test_a_snapshot_of_auto_mode_is_found_when_its_volume_snapshot_is_gone() -> None:
    world = taken_in_auto_mode()
    world.cluster.snapshots.clear()
    world.wait(minutes=20)
    world.reconcile()
    assert world.states() == {"mysql": PointState.READY}
