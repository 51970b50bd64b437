"""Twins: deleted once the first is ready and verified, never before, and never from a broken listing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import USUAL_NAME, Method
from snapkeep.services.retention.snapshot_objects import open_objects
from tests.fakes.world import World, a_claim, a_policy, names


def with_twin(*, ready: bool = True) -> tuple[World, str, str]:
    """A point's snapshot and its marked twin."""
    world = World(a_claim("mysql"))
    world.backup()
    world.work()
    (first,) = world.ebs.all
    twin = world.ebs.create("vol-mysql", tags.full_tags(world.point("mysql")), "").id
    world.complete_points.on_event(twin, finished=False)
    if ready:
        world.finish_snapshots()
    return world, first, twin


def test_a_twin_goes_once_the_first_is_ready() -> None:
    world, first, twin = with_twin()
    (pruned,) = world.prune_twins()
    assert (pruned.snapshot_id, pruned.deleted, pruned.reason) == (
        twin,
        True,
        f"deleted: {first} is the ready one",
    )
    assert names(world.ebs.all.values()) == [first]


def test_a_twin_stays_while_the_first_is_not_ready() -> None:
    world, first, twin = with_twin(ready=False)
    world.ebs.complete(twin)
    (pruned,) = world.prune_twins()
    assert not pruned.deleted and "no ready snapshot" in pruned.reason
    assert names(world.ebs.all.values()) == [first, twin]


def test_a_failed_first_is_no_reason_to_delete_the_twin() -> None:
    world, first, _ = with_twin(ready=False)
    world.ebs.break_snapshot(first)
    world.ebs.complete()
    world.reconcile()
    assert [pruned.deleted for pruned in world.prune_twins()] == [False]
    assert len(world.ebs.all) == 2


@pytest.mark.parametrize(
    "spoilt",
    [{tags.CLAIM_UID: ""}, {tags.MANAGED: "false"}, {tags.DUPLICATE: "true"}, {tags.POINT: "another"}],
)
def test_a_first_that_nobody_could_restore_from_does_not_count(spoilt: dict[str, str]) -> None:
    world, first, twin = with_twin()
    world.ebs.add_tags(first, spoilt)
    assert not any(pruned.deleted for pruned in world.prune_twins())
    assert twin in world.ebs.all


def test_a_ready_snapshot_of_another_volume_is_no_reason_to_delete() -> None:
    world, first, twin = with_twin()
    world.ebs.delete(first)
    world.ebs.add_volume("vol-other")
    world.ebs.create("vol-other", tags.full_tags(world.point("mysql")), "somebody copied the tags")
    world.ebs.complete()
    assert [pruned.deleted for pruned in world.prune_twins()] == [False]
    assert twin in world.ebs.all


def test_a_hold_is_respected_even_when_it_came_after_the_listing() -> None:
    world, _, twin = with_twin()
    find = world.ebs.find

    def then_hold(*given: Any, **named: Any) -> Any:
        found = list(find(*given, **named))
        world.ebs.add_tags(twin, {tags.HOLD: "true"})
        return iter(found)

    world.ebs.find = then_hold  # type: ignore[method-assign]
    (pruned,) = world.prune_twins()
    assert (pruned.deleted, pruned.reason) == (False, "kept: it is held")
    assert twin in world.ebs.all


def test_a_mark_that_was_taken_back_after_the_listing_is_respected() -> None:
    world, _, twin = with_twin()
    find = world.ebs.find

    def then_unmark(*given: Any, **named: Any) -> Any:
        found = list(find(*given, **named))
        world.ebs.add_tags(twin, {tags.DUPLICATE: "false"})
        return iter(found)

    world.ebs.find = then_unmark  # type: ignore[method-assign]
    assert [pruned.deleted for pruned in world.prune_twins()] == [False]
    assert twin in world.ebs.all


def test_a_listing_error_deletes_nothing() -> None:
    world, _, twin = with_twin()
    world.ebs.fail_next("find", TemporaryError("DescribeSnapshots: page 2 did not come"))
    with pytest.raises(TemporaryError):
        world.prune_twins()
    assert twin in world.ebs.all and world.ebs.calls["delete"] == 0


def test_a_twin_that_cannot_be_deleted_never_stops_the_others() -> None:
    world, first, twin = with_twin()
    other = world.ebs.create("vol-mysql", tags.full_tags(world.point("mysql")), "").id
    world.complete_points.on_event(other, finished=False)
    world.ebs.fail_next("delete", PermanentError(f"{twin} is locked until 2026-12-01"))
    kept, pruned = world.prune_twins()
    assert (kept.deleted, kept.reason) == (False, f"kept for now: {twin} is locked until 2026-12-01")
    assert pruned.deleted
    assert names(world.ebs.all.values()) == [first, twin]


def test_a_deletion_counts_only_when_ec2_shows_the_twin_no_more() -> None:
    world, _, twin = with_twin()
    world.ebs.delete = lambda snapshot_id: None  # type: ignore[method-assign]
    (pruned,) = world.prune_twins()
    assert not pruned.deleted and "still shows" in pruned.reason
    assert twin in world.ebs.all


def test_without_marked_twins_there_is_nothing_to_do() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.run_until_closed()
    assert world.prune_twins() == []


@pytest.mark.parametrize("key", [tags.CLAIM_UID, tags.POLICY, tags.SLOT, tags.NAMESPACE, tags.SNAPSHOT_NAME])
def test_a_good_point_that_somebody_marked_under_the_name_of_another_stays(key: str) -> None:
    world, first, twin = with_twin()
    world.ebs.add_tags(twin, {key: "another"})
    (pruned,) = world.prune_twins()
    assert pruned.reason == f"kept: its tags name another point than {first}"
    assert names(world.ebs.all.values()) == [first, twin]


@pytest.mark.parametrize(("hours", "goes"), [(23, True), (25, False)])
def test_a_good_point_that_somebody_marked_stays_beside_one_that_was_cut_days_later(
    hours: int, goes: bool
) -> None:
    world, first, twin = with_twin()
    late = replace(world.ebs.all[twin], started_at=world.clock() + timedelta(hours=hours))
    unmarked = {key: value for key, value in late.tags.items() if key != tags.DUPLICATE}
    world.ebs.all[twin] = replace(late, tags=unmarked)
    world.ebs.add_tags(first, {tags.DUPLICATE: "true"})
    assert [pruned.deleted for pruned in world.prune_twins()] == [goes]
    assert (first not in world.ebs.all) == goes


@pytest.mark.parametrize("by_policy", [False, True])
def test_an_archived_first_is_no_reason_to_delete_the_twin(by_policy: bool) -> None:
    world, first, twin = with_twin()
    if by_policy:
        world.ebs.add_tags(first, {tags.ARCHIVED: "20261124T190000Z"})
    world.ebs.all[first] = replace(world.ebs.all[first], archived=True)
    assert [pruned.deleted for pruned in world.prune_twins()] == [False]
    assert names(world.ebs.all.values()) == [first, twin]


def test_a_first_that_only_a_stale_listing_shows_is_no_reason_to_delete_the_twin() -> None:
    world, first, twin = with_twin()
    stale = world.ebs.all.pop(first)
    find = world.ebs.find

    def stale_find(*arguments: Any, **named: Any) -> Any:
        yield from [stale, *find(*arguments, **named)]

    world.ebs.find = stale_find  # type: ignore[method-assign]
    assert not any(pruned.deleted for pruned in world.prune_twins())
    assert names(world.ebs.all.values()) == [twin]


def test_a_twin_of_a_csi_point_has_only_the_tags_of_our_class() -> None:
    world, first, twin = with_twin()
    point = world.point("mysql")
    driver = tags.class_tags("myeks", USUAL_NAME) | {
        tags.SNAPSHOT_NAMESPACE: "shop",
        tags.SNAPSHOT_NAME: point.id,
    }
    marked = driver | {tags.POINT: point.id, tags.DUPLICATE: "true"}
    world.ebs.all[twin] = replace(world.ebs.all[twin], tags=marked)
    assert [pruned.deleted for pruned in world.prune_twins()] == [True]
    assert names(world.ebs.all.values()) == [first]


def cut_thrice() -> tuple[World, list[str]]:
    """A VolumeSnapshot for which a driver whose describes lag cut three snapshots; the first is named."""
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    world.backup()
    world.work()
    world.cluster.run_driver(world.ebs)
    point = world.point("mysql")
    for _ in range(2):
        world.wait(seconds=1)
        world.cluster.cut_one(world.ebs, "shop", point.volume_snapshot)
    return world, list(world.ebs.all)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_one_that_the_content_names_is_the_point_whichever_completes_first(
    order: tuple[int, ...],
) -> None:
    world, cut = cut_thrice()
    for number in order:
        world.ebs.complete(cut[number])
        world.event(cut[number])
    assert world.states() == {"mysql": PointState.PENDING}

    world.reconcile()
    assert world.states() == {"mysql": PointState.READY}
    assert world.point("mysql").snapshot_id == cut[0]
    assert world.pending_of_pace() == 0

    world.prune()
    assert list(world.ebs.all) == [cut[0]]
    assert [content.snapshot_id for content in world.cluster.contents.values()] == [cut[0]]
    assert list(world.cluster.snapshots) == [("shop", world.point("mysql").volume_snapshot)]


def with_named_twin() -> tuple[World, str, str]:
    """A counted snapshot, and a twin that the VolumeSnapshot's content names: it was cut after a fallback."""
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=True))
    world.backup()
    world.work()
    world.wait(minutes=15)
    world.reconcile()
    world.cluster.fail_next("withdraw_volume_snapshot", PermanentError("forbidden"))
    world.work()
    world.finish_snapshots()
    ours = world.point("mysql").snapshot_id
    (twin,) = set(world.ebs.all) - {ours}
    return world, ours, twin


def test_a_twin_goes_with_the_objects_that_name_it() -> None:
    world, ours, _ = with_named_twin()
    world.prune()
    assert list(world.ebs.all) == [ours]
    assert not world.cluster.contents and not world.cluster.snapshots


def test_a_twin_stays_until_its_objects_are_gone() -> None:
    world, ours, twin = with_named_twin()
    (content,) = world.cluster.contents
    world.cluster.hold(content, "example.com/audit")
    (pruned,) = world.prune_twins()
    assert not pruned.deleted and "held by its finalizers example.com/audit" in pruned.reason
    assert set(world.ebs.all) == {ours, twin}

    world.cluster.let_go(content)
    assert [pruned.deleted for pruned in world.prune_twins()] == [True]
    assert list(world.ebs.all) == [ours]


def test_a_twin_of_the_driver_waits_for_a_cluster_that_does_not_answer() -> None:
    world, _, twin = with_named_twin()
    world.clusters.unreachable.add("myeks")
    (pruned,) = world.prune_twins()
    assert not pruned.deleted and twin in world.ebs.all


def test_objects_of_an_earlier_twin_go_with_the_point() -> None:
    """Earlier versions deleted twins in EC2 only."""
    world, ours, twin = with_named_twin()
    world.ebs.delete(twin)
    objects = open_objects(world.clusters, "myeks")
    asked = objects.remove(ours, world.ebs.all[ours], lambda name: name not in world.ebs.all)
    assert {item.name for item in asked} >= {world.point("mysql").volume_snapshot}
    assert not world.cluster.contents and not world.cluster.snapshots


def test_what_names_a_snapshot_that_is_there_stays_when_the_point_goes() -> None:
    world, ours, _ = with_named_twin()
    objects = open_objects(world.clusters, "myeks")
    assert objects.remove(ours, world.ebs.all[ours], lambda name: name not in world.ebs.all) == []
    assert len(world.cluster.contents) == len(world.cluster.snapshots) == 1
