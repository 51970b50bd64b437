"""Groups: one call where EC2 can, back to back where not, and always said which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.backup.runs import RunState
from snapkeep.domain.errors import GroupRefused, PermanentError, TemporaryError, Throttled
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Pace
from snapkeep.services.backup.taking.take_group import EXCLUSION_LIMIT
from tests.fakes.world import World, a_claim, a_policy

REFUSED = GroupRefused("CreateSnapshots of i-1: the instance type does not support it")
NAMES = ("a", "b", "c")
NOT_ONE_INSTANCE = "taken back to back: its volumes are not attached to one instance"


def a_group(*names: str, instances: tuple[str, ...] = ("i-1",), **given: Any) -> World:
    """Claims of one group, their volumes spread over the instances in turn."""
    policy = a_policy(group_label="app", group_fallback=given.pop("group_fallback", False))
    claims = [a_claim(name, labels={"app": "wordpress"}) for name in names]
    world = World(*claims, policy=policy, **given)
    for number, name in enumerate(names):
        world.ebs.add_volume(f"vol-{name}", instance=instances[number % len(instances)])
    world.backup()
    return world


def slow_creates(world: World, **duration: float) -> None:
    """Let every CreateSnapshot take its time."""
    create = world.ebs.create

    def slowly(*given: Any) -> Any:
        snapshot = create(*given)
        world.wait(**duration)
        return snapshot

    world.ebs.create = slowly  # type: ignore[method-assign]


def test_volumes_of_one_instance_are_taken_by_one_call_without_boot_and_foreign_volumes() -> None:
    world = a_group(*NAMES)
    world.ebs.add_volume("vol-boot", instance="i-1", boot=True)
    world.ebs.add_volume("vol-foreign", instance="i-1")
    world.work()
    assert (world.ebs.calls["create_group"], world.ebs.calls["create"]) == (1, 0)
    assert {snapshot.volume_id for snapshot in world.ebs.all.values()} == {"vol-a", "vol-b", "vol-c"}
    run = world.run_until_closed()
    assert (run.state, world.announcer.skews) == (RunState.COMPLETED, {"shop/wordpress": 0.0})
    for point in world.points():
        assert tags.missing_tags(world.ebs.all[point.snapshot_id].tags, point) == {}
        assert point.method_reason == ""


def test_a_group_spread_over_nodes_is_taken_back_to_back_and_its_skew_reported() -> None:
    world = a_group(*NAMES, instances=("i-1", "i-2"))
    slow_creates(world, seconds=3)
    world.work()
    assert world.ebs.calls["create_group"] == 0
    assert {point.method_reason for point in world.points()} == {NOT_ONE_INSTANCE}
    world.run_until_closed()
    assert world.announcer.skews == {"shop/wordpress": 6.0}


def test_volumes_attached_to_no_instance_are_taken_back_to_back() -> None:
    world = a_group("a", "b", instances=("",))
    world.work()
    assert {point.method_reason for point in world.points()} == {NOT_ONE_INSTANCE}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_refused_group_fails_with_the_reason() -> None:
    world = a_group("a", "b")
    world.ebs.fail_next("create_group", REFUSED)
    world.work()
    assert {point.reason for point in world.points()} == {REFUSED.reason}
    assert (world.ebs.all, world.run_until_closed().state) == ({}, RunState.FAILED)


def test_a_refused_group_is_taken_one_by_one_where_the_policy_says_so() -> None:
    world = a_group("a", "b", group_fallback=True)
    world.ebs.fail_next("create_group", REFUSED)
    world.work()
    assert {point.method_reason for point in world.points()} == {f"taken back to back: {REFUSED.reason}"}
    assert world.run_until_closed().state is RunState.COMPLETED


@pytest.mark.parametrize(("others", "together"), [(EXCLUSION_LIMIT, True), (EXCLUSION_LIMIT + 1, False)])
def test_more_exclusions_than_ec2_takes_mean_back_to_back_and_are_reported(
    others: int, together: bool
) -> None:
    world = a_group("a", "b")
    for number in range(others):
        world.ebs.add_volume(f"vol-other-{number}", instance="i-1")
    world.work()
    assert world.ebs.calls["create_group"] == together
    assert len(world.ebs.all) == 2
    if not together:
        assert "i-1 has 41 other volumes" in world.point("a").method_reason


def test_a_group_of_one_is_an_ordinary_snapshot() -> None:
    world = a_group("a")
    world.work()
    assert (world.ebs.calls["create_group"], world.ebs.calls["create"]) == (0, 1)
    assert world.point("a").method_reason == ""


@pytest.mark.parametrize("gone", NAMES)
def test_a_member_whose_volume_is_gone_fails_alone_whoever_leads(gone: str) -> None:
    world = a_group(*NAMES)
    del world.ebs.volumes[f"vol-{gone}"]
    run = world.run_until_closed()
    assert (run.state, run.ready, run.failed) == (RunState.PARTIALLY_FAILED, 2, 1)
    assert world.point(gone).reason == f"the volume vol-{gone} no longer exists"
    assert world.ebs.calls["create_group"] == 1


@pytest.mark.parametrize("gone", NAMES)
def test_members_wait_for_each_other_even_when_the_lead_has_no_volume(gone: str) -> None:
    """A throttle after the lead was found to be gone must not leave the others without a lead."""
    world = a_group(*NAMES)
    del world.ebs.volumes[f"vol-{gone}"]
    world.ebs.fail_next("create_group", Throttled("request limit exceeded"))
    world.work()
    assert {point.state for point in world.points()} == {PointState.PLANNED}
    world.work()
    assert sorted(point.state for point in world.points()) == ["failed", "pending", "pending"]


def test_a_throttle_in_the_middle_of_back_to_back_goes_on_where_it_stopped() -> None:
    world = a_group(*NAMES, instances=("i-1", "i-2", "i-3"))
    create = world.ebs.create
    answers = [create, Throttled("request limit exceeded")]

    def then_throttle(*given: Any) -> Any:
        answer = answers.pop(0) if answers else create
        if isinstance(answer, Throttled):
            raise answer
        return answer(*given)

    world.ebs.create = then_throttle  # type: ignore[method-assign]
    (report,) = world.work()
    assert (len(report.created), len(report.later)) == (1, 2)
    assert world.pending_of_pace() == 1
    world.work()
    assert (world.ebs.calls["create"], world.pending_of_pace()) == (3, 3)
    assert world.run_until_closed().state is RunState.COMPLETED


def test_a_lost_answer_in_the_middle_of_back_to_back_makes_no_twin() -> None:
    world = a_group(*NAMES, instances=("i-1", "i-2", "i-3"), lag=timedelta(seconds=120))
    world.ebs.lose_answer("create")
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.ebs.calls["create"] == 3
    assert len(world.ebs.all) == 3


def test_one_member_that_ec2_refuses_back_to_back_fails_alone() -> None:
    world = a_group(*NAMES, instances=("i-1", "i-2", "i-3"))
    world.ebs.fail_next("create", PermanentError("the KMS key of vol-a is disabled"))
    run = world.run_until_closed()
    assert (run.state, run.ready, run.failed) == (RunState.PARTIALLY_FAILED, 2, 1)


def test_a_volume_that_create_snapshots_left_out_is_taken_alone_with_the_reason() -> None:
    world = a_group("a", "b", "c")
    data_volumes = world.ebs.data_volumes

    def then_detached(instance: str) -> tuple[str, ...]:
        seen = data_volumes(instance)
        world.ebs.add_volume("vol-b", instance="")
        return seen

    world.ebs.data_volumes = then_detached  # type: ignore[method-assign]
    (report,) = world.work()
    assert list(report.later.values()) == ["CreateSnapshots of i-1 omitted its volume"]
    world.work()
    alone = "taken alone after its group: CreateSnapshots omitted its volume"
    assert world.point("b").method_reason == alone
    assert (world.ebs.calls["create_group"], world.ebs.calls["create"]) == (1, 1)
    assert world.run_until_closed().state is RunState.COMPLETED


@pytest.mark.parametrize("method", ["attachments", "data_volumes", "find", "add_tags"])
@pytest.mark.parametrize("error", [Throttled, TemporaryError])
def test_trouble_around_a_lost_group_call_makes_no_twins(method: str, error: type[TemporaryError]) -> None:
    world = a_group("a", "b", lag=timedelta(seconds=120))
    world.ebs.lose_answer("create_group")
    world.work()
    world.ebs.fail_next(method, error(f"{method}: try later"))
    assert world.run_until_closed().state is RunState.COMPLETED
    assert len(world.ebs.all) == 2


def test_tags_that_cannot_be_completed_at_once_do_not_fail_the_group() -> None:
    world = a_group("a", "b")
    world.ebs.fail_next("add_tags", TemporaryError("not visible yet"), PermanentError("no"))
    (report,) = world.work()
    assert (len(report.created), report.later, report.failed) == (2, {}, {})
    world.run_until_closed()
    assert len(world.counted()) == 2


def test_a_group_goes_whole_or_waits_for_the_pace() -> None:
    world = a_group(*NAMES, pace=Pace(per_second=1, burst=3, pending=80))
    world.pacer.take(1, world.clock())
    (report,) = world.work()
    assert (report.created, len(report.later)) == ([], 3)
    assert world.pending_of_pace() == 1
    world.wait(seconds=3)
    world.work()
    assert len(world.ebs.all) == 3


def test_a_group_that_waits_for_the_pace_leaves_it_what_is_there() -> None:
    world = a_group(*NAMES, pace=Pace(per_second=1, burst=3, pending=80))
    world.pacer.take(1, world.clock())
    world.work()
    world.wait(seconds=1)
    world.work()
    assert len(world.ebs.all) == 3


def test_a_group_larger_than_the_pending_limit_is_not_kept_waiting_for_ever() -> None:
    world = a_group(*NAMES, pace=Pace(per_second=1, burst=50, pending=2))
    world.work()
    assert len(world.ebs.all) == 3


def test_a_group_whose_create_is_in_the_air_is_not_given_up_half() -> None:
    world = a_group("a", "b")
    world.wait(hours=5, minutes=59)
    world.ebs.lose_answer("create_group")
    world.work()
    world.wait(minutes=2)
    world.work()
    assert {point.state for point in world.points()} == {PointState.PENDING}


def test_what_was_created_before_a_lost_call_is_adopted_not_created_again() -> None:
    world = a_group("a", "b")
    lead, other = sorted(world.points(), key=lambda point: point.id != point.lead)
    world.ebs.lose_answer("create_group")
    world.work()
    for snapshot in list(world.ebs.all.values()):  # EC2 shows only the lead's yet
        if snapshot.volume_id == other.volume_id:
            hidden = world.ebs.all.pop(snapshot.id)
    world.work()
    assert world.point(lead.claim.name).state is PointState.CREATING
    world.ebs.all[hidden.id] = hidden
    world.work()
    assert {point.state for point in world.points()} == {PointState.PENDING}
    assert len(world.ebs.all) == 2


@pytest.mark.parametrize("error", [Throttled("request limit exceeded"), TemporaryError("no answer")])
def test_a_member_left_out_whose_own_create_waits_does_not_keep_the_run_open(error: TemporaryError) -> None:
    """Its lead is settled by then: nobody waits for that lease any more."""
    world = a_group("a", "b")
    data_volumes = world.ebs.data_volumes

    def then_detached(instance: str) -> tuple[str, ...]:
        seen = data_volumes(instance)
        world.ebs.add_volume("vol-b", instance="")
        return seen

    world.ebs.data_volumes = then_detached  # type: ignore[method-assign]
    world.ebs.fail_next("create", error)
    assert world.run_until_closed().state is RunState.COMPLETED
    assert {name: len(found) for name, found in world.counted().items()} == {"a": 1, "b": 1}
