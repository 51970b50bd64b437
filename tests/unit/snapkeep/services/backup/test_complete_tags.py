"""Tags are written once; who comes second accepts what is right and refuses what is not."""

from __future__ import annotations

import pytest

from snapkeep.domain import tags
from snapkeep.domain.errors import Forbidden, PermanentError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.services.backup.complete import Settled
from tests.unit.snapkeep.services.backup.test_complete import only, refused_once, taken


def test_tags_are_written_once_so_a_point_whose_tags_somebody_changed_fails() -> None:
    world = taken()
    world.ebs.add_tags(only(world), {tags.CLAIM: "other", tags.SIZE: "1Ti"})
    before = dict(world.ebs.all[only(world)].tags)
    world.finish_snapshots()
    point = world.point("mysql")
    assert point.state is PointState.FAILED
    assert "somebody changed snapkeep:claim, snapkeep:size" in point.reason
    assert world.ebs.all[only(world)].tags == before


def test_a_tag_that_no_restore_needs_spoils_nothing() -> None:
    world = taken()
    world.ebs.add_tags(only(world), {tags.METHOD: "by hand"})
    world.finish_snapshots()
    assert world.point("mysql").state is PointState.READY


def test_what_somebody_else_completed_in_the_meantime_is_complete() -> None:
    world = taken(Method.CSI)
    refused_once(world, tags.full_tags(world.point("mysql")))
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY


def test_what_somebody_else_named_otherwise_in_the_meantime_fails() -> None:
    world = taken(Method.CSI)
    refused_once(world, tags.full_tags(world.point("mysql")) | {tags.CLAIM_UID: "another"})
    assert world.complete_points.on_event(only(world), finished=True) is Settled.FAILED
    assert "somebody changed snapkeep:claim-uid" in world.point("mysql").reason


def test_a_refusal_is_tried_again_until_the_snapshot_is_late() -> None:
    world = taken(Method.CSI)
    refused_once(world, {})
    with pytest.raises(TemporaryError, match="UnauthorizedOperation"):
        world.complete_points.on_event(only(world), finished=True)
    world.wait(hours=2)
    world.ebs.fail_next("add_tags", Forbidden("CreateTags: UnauthorizedOperation"))
    assert world.complete_points.on_event(only(world), finished=True) is Settled.FAILED
    assert "UnauthorizedOperation" in world.point("mysql").reason


def test_a_point_is_not_ready_while_its_tags_are_missing() -> None:
    world = taken(Method.CSI)
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    world.ebs.fail_next("add_tags", TemporaryError("CreateTags: no answer"))
    with pytest.raises(TemporaryError):
        world.complete_points.on_event(only(world), finished=True)
    assert world.point("mysql").state is PointState.PENDING
    assert world.complete_points.on_event(only(world), finished=True) is Settled.READY


def test_tags_that_can_never_be_set_fail_the_point_with_the_reason() -> None:
    world = taken(Method.CSI)
    world.cluster.run_driver(world.ebs)
    world.ebs.complete()
    world.ebs.fail_next("add_tags", PermanentError("the snapshot has 50 tags already"))
    assert world.complete_points.on_event(only(world), finished=True) is Settled.FAILED
    assert "the snapshot has 50 tags already" in world.point("mysql").reason


def test_a_second_snapshot_of_a_point_is_marked_and_never_counted() -> None:
    world = taken()
    first = only(world)
    twin = world.ebs.create("vol-mysql", tags.full_tags(world.point("mysql")), "")
    world.ebs.complete()
    assert world.complete_points.on_event(twin.id, finished=True) is Settled.DUPLICATE
    assert world.complete_points.on_event(twin.id, finished=True) is Settled.DUPLICATE
    assert world.ebs.all[twin.id].tags[tags.DUPLICATE] == "true"
    assert world.complete_points.on_event(first, finished=True) is Settled.READY
    assert world.the_run().ready == 1  # type: ignore[union-attr]
