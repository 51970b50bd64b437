"""Prune: what retention does not keep is deleted, everything else stays, and nothing passes the brake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain import tags
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import Method, Policy
from snapkeep.wiring import retention
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT
from tests.unit.snapkeep.services.backup.test_exactly_once import CrashAt
from tests.unit.snapkeep.services.retention.prune_worlds import EVERY, a_world, gone_world, listed, of_gone


def test_what_no_rule_keeps_goes_and_the_report_says_why() -> None:
    world = a_world(4)
    oldest, *others = listed(world)
    report = world.prune()
    assert listed(world) == others
    assert [(item.snapshot_id, item.fate) for item in report.ended] == [(oldest, "deleted")]
    assert report.delete[0][0] == oldest and "no rule keeps it" in report.delete[0][1]
    assert world.journal.deletions.ended == {oldest: "deleted: EC2 no longer has it"}
    assert world.prune().ended == []


def test_a_rehearsal_shows_the_same_plan_and_deletes_nothing() -> None:
    world = a_world(4)
    rehearsed = world.prune(dry_run=True)
    assert len(world.ebs.all) == 4 and world.journal.deletions.under_way == {}
    done = world.prune()
    assert (rehearsed.delete, rehearsed.keep, rehearsed.verdict) == (done.delete, done.keep, done.verdict)


def test_a_csi_point_goes_with_its_volume_snapshot_and_its_content() -> None:
    world = a_world(4, method=Method.CSI)
    world.prune()
    assert [len(world.cluster.snapshots), len(world.cluster.contents), len(world.ebs.all)] == [3, 3, 3]


def test_the_token_lets_exactly_what_was_refused_through_however_many_points_came_since() -> None:
    world = a_world(10, prune_first=False)
    (refusal,) = world.prune().refusals
    named = set(refusal.names)
    unknown = world.prune(confirm="0123456789abcdef").refused
    assert "no refusal has the token 0123456789abcdef" in unknown and refusal.token in unknown
    for day in range(10, 14):
        world.back_up(SLOT + timedelta(days=day))
    assert len(world.ebs.all) == 14
    assert world.prune(confirm=refusal.token).refused == ""
    assert len(world.ebs.all) == 3 and not named & set(world.ebs.all)
    assert refusal.token not in [item.token for item in world.prune(dry_run=True).refusals]


def test_a_hold_that_is_set_while_prune_works_wins() -> None:
    world = a_world(4, method=Method.CSI)
    oldest = listed(world)[0]
    hold = {tags.HOLD: "true"}
    world.cluster.meanwhile("delete_snapshot_content", lambda: world.ebs.add_tags(oldest, hold))
    (ended,) = world.prune().ended
    assert ended.reason == "kept: it is held (tag snapkeep:hold)"
    assert oldest in world.ebs.all and world.journal.deletions.under_way == {}


def test_deleted_into_the_recycle_bin_is_deleted() -> None:
    world = a_world(4)
    world.ebs.recycle_bin = True
    oldest = listed(world)[0]
    assert "Recycle Bin" in world.prune().ended[0].reason
    assert world.ebs.all[oldest].state is SnapshotState.RECOVERABLE
    assert world.prune().ended == []


def test_a_deletion_whose_answer_was_lost_is_told_as_deleted_when_the_bin_has_its_snapshot() -> None:
    world = a_world(4)
    world.ebs.recycle_bin = True
    oldest = listed(world)[0]
    world.ebs.crash_after("delete")
    with pytest.raises(Crash):
        world.prune()
    (ended,) = world.prune().ended
    assert (ended.snapshot_id, ended.fate) == (oldest, "deleted") and "Recycle Bin" in ended.reason


@pytest.mark.parametrize(
    "poison",
    [
        {tags.SLOT: "yesterday"},
        {tags.SLOT: "20990101T000000Z"},
        {tags.CLAIM_UID: "uid-of-another"},
        {tags.POLICY: "weekly"},
        {tags.NAMESPACE: ""},
    ],
)
def test_poisoned_tags_keep_a_snapshot_and_shield_nothing(poison: dict[str, str]) -> None:
    world = a_world(4)
    first, second, third, newest = listed(world)
    world.ebs.add_tags(newest, poison)
    report = world.prune()
    assert [name for name, _ in report.unreadable] == [newest]
    assert listed(world) == [first, second, third, newest]


def test_points_of_a_policy_that_is_gone_stay_and_are_listed() -> None:
    world = a_world(6)
    no_policies: tuple[Policy, ...] = ()
    world.pruner = retention.prune(world.deployed(replace(world.deployment, policies=no_policies)))
    report = world.prune()
    assert report.orphaned_policies == ["nightly"]
    world.prune()
    assert len(world.ebs.all) == 6
    assert world.announcer.orphaned == [("myeks", "nightly", 6)]


def test_a_policy_whose_retention_cannot_be_read_is_not_announced_as_removed() -> None:
    world = a_world(3)
    spoilt = replace(world.deployment, policies=(replace(world.policy, retention={"minimum": 2}),))
    world.pruner = retention.prune(world.deployed(spoilt))
    assert any("prunes nothing" in note for note in world.prune().notes)
    assert world.announcer.orphaned == [] and len(world.ebs.all) == 3


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_jumps_ten_years_deletes_no_last_point(years: int) -> None:
    world = a_world(3, retention={"last": 3, "max_age": "1y"})
    newest = listed(world)[-1]
    world.wait(days=365 * years)
    world.prune()
    assert newest in world.ebs.all


def test_an_unreachable_cluster_keeps_csi_points_waiting_and_lets_ebs_points_go() -> None:
    for method, left in ((Method.CSI, 4), (Method.EBS, 3)):
        world = a_world(4, method=method)
        world.clusters.unreachable.add("myeks")
        world.prune()
        assert len(world.ebs.all) == left
        world.clusters.unreachable.clear()
        world.prune()
        assert len(world.ebs.all) == 3 and world.journal.deletions.under_way == {}


def test_nothing_is_deleted_of_a_cluster_that_eks_does_not_know() -> None:
    world = a_world(4)
    cluster = world.clusters.clusters.pop("myeks")
    for _ in range(3):
        assert "retention is frozen" in world.prune().refused
    assert len(world.ebs.all) == 4
    assert world.announcer.gone == [("myeks", "EKS knows no cluster myeks")]
    world.clusters.clusters["myeks"] = cluster
    assert world.prune().refused == "" and len(world.ebs.all) == 3
    world.clusters.clusters.clear()
    world.prune()
    assert len(world.announcer.gone) == 2


def test_the_good_point_that_must_stay_is_looked_at_before_others_go() -> None:
    world = a_world(4)
    newest = listed(world)[-1]
    stale = list(world.ebs.all.values())
    del world.ebs.all[newest]
    world.ebs.find = lambda *_, **__: iter(stale)  # type: ignore[method-assign]
    (ended,) = world.prune().ended
    assert "must stay" in ended.reason
    assert len(world.ebs.all) == 3


def test_a_failed_point_goes_once_a_newer_one_is_ready() -> None:
    world = a_world(1)
    world.clock.now = SLOT + EVERY
    world.backup(SLOT + EVERY)
    world.work()
    broken = listed(world)[-1]
    world.ebs.break_snapshot(broken)
    world.event(broken)
    world.prune()
    assert broken in world.ebs.all
    world.back_up(SLOT + 2 * EVERY)
    world.prune()
    assert broken not in world.ebs.all and len(world.ebs.all) == 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("method", [Method.CSI, Method.EBS])
def test_a_death_at_any_step_leaves_no_orphan_and_loses_no_point(method: Method, after: bool) -> None:
    for step in range(1, 100):
        killer = CrashAt(-1, after=after)
        world = a_world(5, wrap=killer, method=method)
        kept = listed(world)[2:]
        killer.step, killer.calls = step, 0
        try:
            world.prune()
        except Crash:
            world.prune()
        objects = 3 if method is Method.CSI else 0
        assert listed(world) == kept, f"step {step}: {killer.crashed}"
        assert (len(world.cluster.snapshots), len(world.cluster.contents)) == (objects, objects)
        assert world.journal.deletions.under_way == {}, f"step {step}: {killer.crashed}"
        if not killer.crashed:
            return
    raise AssertionError("prune takes more steps than were tried")


def test_after_its_time_a_claim_that_is_gone_keeps_only_its_last_point() -> None:
    world = gone_world()
    *older, last = of_gone(world)
    world.prune()
    world.wait(days=6)
    world.prune()
    assert of_gone(world) == [*older, last]
    world.wait(days=2)
    report = world.prune()
    assert report.refused == "" and of_gone(world) == [last]
    assert all("after_claim_deleted 7d has passed" in reason for _, reason in report.delete)
    assert len(world.ebs.all) == 1 + 5 * 4


def test_a_cluster_that_shows_none_of_its_claims_any_more_brakes() -> None:
    world = gone_world()
    world.cluster.claim_list.clear()
    world.prune()
    world.wait(days=8)
    assert "points would be deleted" in world.prune().refusals[0].reason
    assert len(world.ebs.all) == 6 * 4


def test_a_finalizer_that_nobody_removes_lets_only_its_own_point_wait_until_it_is_gone() -> None:
    world = a_world(5, method=Method.CSI)
    oldest, second, *kept = listed(world)
    held = next(item for item in world.cluster.contents.values() if item.snapshot_id == oldest)
    world.cluster.hold(held.volume_snapshot, "example.com/audit")
    fates = {item.snapshot_id: item for item in world.prune().ended}
    assert fates[second].fate == "deleted" and fates[oldest].fate == "waiting"
    assert "held by its finalizers example.com/audit" in fates[oldest].reason
    assert listed(world) == [oldest, *kept]
    assert [item.fate for item in world.prune().ended] == ["waiting"]
    world.cluster.let_go(held.volume_snapshot)
    assert [item.fate for item in world.prune().ended] == ["deleted"]
    assert listed(world) == kept and world.journal.deletions.under_way == {}
    assert (len(world.cluster.snapshots), len(world.cluster.contents)) == (3, 3)


def test_points_of_a_policy_that_now_saves_file_systems_still_follow_its_retention() -> None:
    world = a_world(4)
    oldest, *others = listed(world)
    (policy,) = world.deployment.policies
    changed = replace(world.deployment, policies=(replace(policy, method=Method.AWS_BACKUP),))
    world.pruner = retention.prune(world.deployed(changed))
    report = world.prune()
    assert (listed(world), report.orphaned_policies) == (others, [])
    assert [item.snapshot_id for item in report.ended] == [oldest]
