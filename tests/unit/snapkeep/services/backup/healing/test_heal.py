"""Healing: what an event, a job or a driver lost is found again."""

from __future__ import annotations

from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.ports.points import Creation
from tests.fakes.world import World, a_claim, a_policy, on_one_volume
from tests.unit.snapkeep.services.backup.healing.worlds import healed, taken


def test_lost_events_are_healed() -> None:
    world = taken("mysql", "wordpress")
    world.finish_snapshots(events=False)
    assert healed(world) == {"ready": 2}
    assert world.the_run().state is RunState.COMPLETED  # type: ignore[union-attr]


def test_what_is_settled_already_is_not_settled_again() -> None:
    world = taken("mysql", "wordpress")
    world.ebs.complete(world.point("mysql").snapshot_id)
    world.event(world.point("mysql").snapshot_id)
    assert healed(world) == {"still pending": 1}


def test_one_snapshot_that_cannot_be_settled_never_stops_the_others() -> None:
    world = taken("mysql", "wordpress", method=Method.CSI)
    world.finish_snapshots(events=False)
    world.ebs.fail_next("add_tags", TemporaryError("CreateTags: no answer"))
    assert healed(world) == {"not settled": 1, "ready": 1}
    assert healed(world) == {"ready": 1}


def test_a_listing_that_breaks_decides_nothing_and_is_tried_again() -> None:
    world = taken("mysql")
    world.finish_snapshots(events=False)
    world.ebs.fail_next("find", TemporaryError("page 2 did not come"))
    report = world.reconcile()
    assert report.errors == [f"{world.the_run().id}: page 2 did not come"]  # type: ignore[union-attr]
    assert world.point("mysql").state is PointState.PENDING
    assert healed(world) == {"ready": 1}


def test_a_job_that_was_lost_is_sent_again_after_twenty_minutes() -> None:
    world = World(a_claim("mysql"))
    world.backup()
    world.queue.sent.clear()
    world.wait(minutes=20)
    assert healed(world) == {}
    world.wait(minutes=1)
    assert healed(world) == {"sent again": 1}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_group_that_lost_its_job_is_sent_again_whole() -> None:
    claims = [a_claim(name, labels={"app": "x"}) for name in ("a", "b")]
    world = World(*claims, policy=a_policy(group_label="app"))
    world.backup()
    world.queue.sent.clear()
    world.wait(minutes=21)
    world.reconcile()
    (job,) = world.queue.jobs
    assert (job.group, len(job.points)) == ("shop/x", 2)


def test_a_group_whose_create_is_in_the_air_is_not_sent_again_in_parts() -> None:
    claims = [a_claim(name, labels={"app": "x"}) for name in ("a", "b")]
    world = World(*claims, policy=a_policy(group_label="app"))
    for name in ("a", "b"):
        world.ebs.add_volume(f"vol-{name}", instance="i-1")
    world.backup()
    world.wait(minutes=21)
    world.ebs.fail_next("create_group", TemporaryError("no answer"))
    world.work()
    assert healed(world) == {}
    (job,) = world.queue.jobs
    assert len(job.points) == 2
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.ebs.calls["create"] == 0


def test_a_late_snapshot_is_told_and_not_failed() -> None:
    world = taken("mysql")
    world.wait(hours=2)
    assert healed(world) == {"still pending": 1, "late": 1}
    world.finish_snapshots()
    assert world.states() == {"mysql": PointState.READY}


def test_points_whose_policy_was_removed_are_still_healed() -> None:
    world = taken("mysql", method=Method.CSI)
    object.__setattr__(world.deployment, "policies", ())
    world.wait(minutes=timedelta(minutes=15).seconds / 60)
    assert healed(world) == {"failed": 1}


def test_two_points_that_an_older_version_gave_one_snapshot_end_and_the_second_says_why() -> None:
    world = World(*on_one_volume("a", "b"))
    world.backup()
    first, second = world.points()
    cut = world.ebs.create("vol-a", tags.full_tags(first), "")
    world.journal.creations.write_created(
        first.run, [Creation(point.id, cut.id) for point in (first, second)]
    )
    world.queue.receive()
    world.ebs.complete()
    world.reconcile()
    assert world.states() == {"a": PointState.READY, "b": PointState.FAILED}
    assert world.point("b").reason == f"its snapshot {cut.id} belongs to shop/a, which uses the same volume"
    assert world.the_run().state is RunState.PARTIALLY_FAILED  # type: ignore[union-attr]
