"""Taking points: one failure never stops the rest, and what EC2 refuses for now is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.jobs import Job
from snapkeep.domain.backup.pacing import LONGEST_LINE
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import NameTaken, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method, Pace
from tests.fakes.faults import Crash
from tests.fakes.world import World, a_claim, a_policy

SLOW = Throttled("CreateSnapshot: request limit exceeded", timedelta(seconds=20))


def planned(*names: str, method: Method = Method.EBS, **given: object) -> World:
    world = World(*[a_claim(name) for name in names], policy=a_policy(method=method), **given)  # type: ignore[arg-type]
    world.backup()
    return world


def test_a_snapshot_carries_all_tags_of_its_point_from_the_first_moment() -> None:
    world = planned("mysql")
    (report,) = world.work()
    point = world.point("mysql")
    assert report.created == [point.id]
    assert tags.missing_tags(world.ebs.all[point.snapshot_id].tags, point) == {}
    assert world.ebs.calls["add_tags"] == 0


def test_one_failing_claim_never_stops_the_others() -> None:
    world = planned("gone", "mysql", "wordpress")
    del world.ebs.volumes["vol-gone"]
    (report,) = world.work()
    assert report.failed == {world.point("gone").id: "volume vol-gone does not exist in EC2"}
    run = world.run_until_closed()
    assert (run.state, run.ready, run.failed) == (RunState.PARTIALLY_FAILED, 2, 1)
    ((_, failures),) = world.announcer.closed
    assert [point.claim.name for point in failures] == ["gone"]


def test_a_run_of_which_nothing_could_be_taken_is_failed() -> None:
    world = planned("gone")
    del world.ebs.volumes["vol-gone"]
    assert world.run_until_closed().state is RunState.FAILED


def test_a_look_that_fails_creates_nothing_and_leaves_no_intent() -> None:
    world = planned("mysql")
    world.ebs.fail_next("find", TemporaryError("DescribeSnapshots: no answer"))
    (report,) = world.work()
    assert list(report.later.values()) == ["DescribeSnapshots: no answer"]
    assert (world.ebs.calls["create"], world.point("mysql").state) == (0, PointState.PLANNED)


def test_more_than_the_pace_allows_is_sent_again_for_later() -> None:
    world = planned("a", "b", "c", pace=Pace(per_second=0.5, burst=2, pending=80))
    (report,) = world.work()
    assert (len(report.created), list(report.later.values())) == (2, ["the account's pace is used up"])
    assert world.queue.sent[0][1] == timedelta(seconds=2)
    world.wait(seconds=2)
    world.work()
    assert {point.state for point in world.points()} == {PointState.PENDING}


def test_no_job_is_hidden_for_longer_than_the_queue_can() -> None:
    world = planned("a", "b", pace=Pace(per_second=0.0001, burst=1, pending=80))
    world.work()
    assert world.queue.sent[0][1] == LONGEST_LINE


def test_creates_wait_while_too_many_snapshots_are_pending() -> None:
    world = planned("a", "b", pace=Pace(per_second=100, burst=50, pending=1))
    world.work()
    world.work()
    assert world.ebs.calls["create"] == 1
    world.finish_snapshots()
    world.work()
    assert world.ebs.calls["create"] == 2


def test_what_was_made_to_wait_for_six_hours_fails_with_the_reason() -> None:
    world = planned("mysql")
    world.wait(hours=6)
    (report,) = world.work()
    assert list(report.failed.values()) == [
        "not created within 6 hours: EC2 or the account's pace kept it waiting"
    ]
    assert world.the_run().state is RunState.FAILED  # type: ignore[union-attr]


def test_a_cluster_that_stays_silent_fails_its_csi_points_in_the_end() -> None:
    world = planned("mysql", method=Method.CSI)
    world.clusters.unreachable.add("myeks")
    for _ in range(40):
        world.work()
        world.wait(minutes=10)
    assert world.point("mysql").state is PointState.FAILED
    assert "the Kubernetes API of myeks did not answer" in world.point("mysql").reason
    assert world.queue.jobs == []


def test_a_job_of_csi_points_asks_nothing_of_ec2(caplog: pytest.LogCaptureFixture) -> None:
    world = planned("mysql", method=Method.CSI)
    world.work()
    assert (world.point("mysql").state, sum(world.ebs.calls.values())) == (PointState.PENDING, 0)
    assert caplog.records == []


def test_an_unexpected_error_is_one_points_trouble_and_is_tried_again() -> None:
    world = planned("mysql", "wordpress")
    world.ebs.fail_next("create", KeyError("Snapshots"))
    (report,) = world.work()
    assert (len(report.created), list(report.later.values())) == (1, ["unexpected KeyError"])
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_job_of_a_run_that_nobody_knows_does_nothing() -> None:
    world = World(a_claim("mysql"))
    report = world.deliver(Job("myeks.nightly.20200101T000000Z", "myeks", ("mysql-x",)))
    assert (report.created, report.failed, report.later) == ([], {}, {})
    assert world.ebs.calls["create"] == 0


def test_a_job_that_comes_again_after_everything_is_done_does_nothing() -> None:
    world = planned("mysql")
    (job,) = world.queue.jobs
    world.work()
    world.finish_snapshots()
    report = world.deliver(job)
    assert (report.created, report.later, world.ebs.calls["create"]) == ([], {}, 1)


def test_a_holder_who_hangs_between_intent_and_create_leaves_a_twin_that_is_marked() -> None:
    world = planned("mysql")
    (job,) = world.queue.receive()
    create = world.ebs.create

    def hang(*given: object, **named: object) -> object:
        world.ebs.create = create  # type: ignore[method-assign]
        for _ in range(4):  # others look, wait and create in the meantime
            world.wait(minutes=4)
            world.deliver(job)
        return create(*given, **named)  # type: ignore[arg-type]

    world.ebs.create = hang  # type: ignore[method-assign, assignment]
    world.deliver(job)
    first, second = sorted(world.ebs.all)
    assert world.point("mysql").snapshot_id == first
    world.run_until_closed()
    assert world.ebs.all[second].tags[tags.DUPLICATE] == "true"
    assert [snapshot.id for snapshot in world.counted()["mysql"]] == [first]


def test_two_claims_on_one_volume_get_a_snapshot_each() -> None:
    shared = a_claim("a").volume
    world = World(a_claim("a"), a_claim("b", volume=shared))
    world.backup()
    for point in ("create", "create"):
        world.ebs.lose_answer(point)
    world.work()
    world.run_until_closed()
    assert {name: len(found) for name, found in world.counted().items()} == {"a": 1, "b": 1}


def test_a_snapshot_whose_tags_name_another_volumes_point_is_not_adopted() -> None:
    world = planned("mysql")
    world.ebs.add_volume("vol-other")
    world.ebs.create("vol-other", tags.full_tags(world.point("mysql")), "somebody copied the tags")
    world.work()
    assert world.ebs.all[world.point("mysql").snapshot_id].volume_id == "vol-mysql"


def test_the_pace_gets_back_what_was_not_created() -> None:
    world = planned("gone", "lost", "mysql", "slow")
    del world.ebs.volumes["vol-gone"]
    world.ebs.fail_next("create", SLOW)
    world.work()
    assert world.pending_of_pace() == sum(point.state is PointState.PENDING for point in world.points())


@pytest.mark.parametrize(
    "error", [PermanentError("no"), NameTaken("no"), TemporaryError("later"), Crash("x")]
)
def test_a_journal_that_fails_gives_the_pace_back(error: BaseException) -> None:
    world = planned("mysql")
    world.journal.fail_next("lease", error)
    (job,) = world.queue.jobs
    with pytest.raises(type(error)):
        world.deliver(job)
    assert world.pending_of_pace() == 0


def test_a_snapshot_that_is_found_again_counts_as_pending_like_a_created_one() -> None:
    world = planned("mysql")
    world.ebs.lose_answer("create")
    world.work()
    assert world.pending_of_pace() == 0
    world.work()
    assert (world.point("mysql").state, world.pending_of_pace()) == (PointState.PENDING, 1)


def test_a_late_refusal_does_not_fail_a_point_that_another_invocation_created_meanwhile() -> None:
    world = planned("mysql")
    (job,) = world.queue.receive()
    create = world.ebs.create

    def hang(*given: object, **named: object) -> object:
        world.ebs.create = create  # type: ignore[method-assign]
        for _ in range(4):
            world.wait(minutes=4)
            world.deliver(job)
        raise PermanentError("the volume was deleted a moment ago")

    world.ebs.create = hang  # type: ignore[method-assign, assignment]
    world.deliver(job)
    assert world.point("mysql").state is PointState.PENDING
    assert world.run_until_closed().state is RunState.COMPLETED
