"""The snapshot that a VolumeSnapshot names is the point, however late EC2 shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from tests.fakes.world import World, a_claim, a_policy

HIDDEN = timedelta(minutes=4)


def counted_before_the_named_one(*, lock: Lock | None = None) -> tuple[World, str, str]:
    """A csi point that has the twin, because EC2 hid the snapshot that its content names."""
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, lock=lock))
    world.backup()
    world.work()
    world.cluster.run_driver(world.ebs)
    (named,) = world.ebs.all
    world.ebs.hide(named, HIDDEN)
    world.wait(seconds=2)
    twin = world.cluster.cut_one(world.ebs, "shop", world.point("mysql").volume_snapshot)
    world.ebs.complete()
    world.cluster.mark_ready()
    world.event(twin)
    assert (world.point("mysql").state, world.point("mysql").snapshot_id) == (PointState.READY, twin)
    world.wait(minutes=5)
    world.event(named)
    return world, named, twin


def counts(world: World) -> list[str]:
    return [name for name, found in world.ebs.all.items() if tags.DUPLICATE not in found.tags]


def assert_settled(world: World, named: str) -> None:
    """The named one is the point everywhere; prune leaves it and its objects, and nothing else."""
    point = world.point("mysql")
    assert (point.state, point.snapshot_id) == (PointState.READY, named)
    assert counts(world) == [named]
    assert tags.missing_tags(world.ebs.all[named].tags, point) == {}
    assert [entry.snapshot_id for entry in world.journal.catalogue.all_entries("myeks")] == [named]
    world.prune()
    assert list(world.ebs.all) == [named]
    assert [content.snapshot_id for content in world.cluster.contents.values()] == [named]
    assert list(world.cluster.snapshots) == [("shop", point.volume_snapshot)]


def test_the_named_one_takes_the_place_of_the_twin_that_counted() -> None:
    world, named, _ = counted_before_the_named_one()
    assert world.reconcile().named == [named]
    assert_settled(world, named)
    assert world.reconcile().named == []


def test_a_prune_before_reconcile_leaves_both() -> None:
    world, named, twin = counted_before_the_named_one()
    (kept,) = world.prune().duplicates
    assert (kept.snapshot_id, kept.deleted) == (named, False)
    assert f"reconcile will make it count instead of {twin}" in kept.reason
    assert set(world.ebs.all) == {named, twin}
    world.reconcile()
    assert_settled(world, named)


@pytest.mark.parametrize("call", ["replace_snapshot", "put_entries", "add_tags", "remove_tags"])
def test_a_crash_between_two_steps_is_gone_on_from(call: str) -> None:
    world, named, _ = counted_before_the_named_one()
    port = world.journal if call in ("replace_snapshot", "put_entries") else world.ebs
    port.fail_next(call, TemporaryError("no answer"))
    assert world.reconcile().named == []
    assert counts(world) != [named]
    world.prune()
    world.reconcile()
    assert_settled(world, named)


def test_a_held_point_keeps_the_snapshot_that_somebody_may_be_reading() -> None:
    world, named, twin = counted_before_the_named_one()
    world.ebs.add_tags(twin, {tags.HOLD: "true"})
    assert world.reconcile().named == []
    world.ebs.remove_tags(twin, {tags.HOLD: "true"})
    assert world.reconcile().named == [named]


def test_the_named_one_is_locked_as_the_policy_asks() -> None:
    world, named, twin = counted_before_the_named_one(lock=Lock(LockMode.GOVERNANCE, 7))
    world.reconcile()
    assert set(world.ebs.locks) == {named, twin}


def test_a_cluster_that_does_not_answer_changes_nothing() -> None:
    world, _, twin = counted_before_the_named_one()
    world.clusters.unreachable.add("myeks")
    assert world.reconcile().named == []
    assert (counts(world), world.point("mysql").snapshot_id) == ([twin], twin)


def test_what_a_person_marked_by_hand_stays_marked() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    world.backup()
    world.work()
    world.finish_snapshots()
    (only,) = world.ebs.all
    world.ebs.add_tags(only, {tags.DUPLICATE: "true"})
    assert world.reconcile().named == []
    assert counts(world) == []


def test_a_twin_that_nothing_names_is_pruned_as_ever() -> None:
    world, _, twin = counted_before_the_named_one()
    world.cluster.snapshots.clear()
    world.cluster.contents.clear()
    assert world.reconcile().named == []
    world.prune()
    assert list(world.ebs.all) == [twin]


def test_a_named_twin_that_cannot_count_goes_with_its_objects_after_a_day() -> None:
    world, _, twin = counted_before_the_named_one()
    world.journal.points.all.clear()
    world.reconcile()
    world.wait(days=1)
    world.prune()
    assert list(world.ebs.all) == [twin]
    assert not world.cluster.contents
