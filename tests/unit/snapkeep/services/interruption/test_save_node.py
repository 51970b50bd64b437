"""Stories of the two minutes: snapshots first, evictions against the deadline, hooks answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.errors import ClusterUnreachable, NotFound, PermanentError, TemporaryError
from snapkeep.domain.interruption.notices import Kind
from snapkeep.domain.interruption.rules import NodeRules, Snapshotting
from snapkeep.domain.points import PointState
from tests.fakes.dying import HOOK, INSTANCE, NODE, DyingWorld, a_notice, an_instance
from tests.unit.snapkeep.services.interruption.dying_stories import DRAINED

BUDGET = "The disruption budget mysql needs 1 healthy pods and has 1 currently"


def test_a_warned_node_is_snapshotted_then_drained_stateful_pods_first() -> None:
    world = DyingWorld(DRAINED)
    world.warn()
    world.wait(seconds=3)
    report = world.save()
    assert sorted(report.snapshots) == ["shop/mysql", "shop/wordpress"]
    assert [pod for pod, _ in world.nodes.evicted] == ["shop/mysql-0", "shop/wordpress-0", "shop/web"]
    assert dict(world.nodes.evicted)["shop/mysql-0"] == 60
    assert report.again is None
    assert any(line.startswith("snapshot of shop/mysql: mysql-") for line in world.lines)
    assert {said.kind for said in world.nodes.said} == {"Node", "PersistentVolumeClaim", "Pod"}


def test_both_volumes_are_cut_by_one_call_and_become_recovery_points() -> None:
    world = DyingWorld()
    world.warn()
    world.save()
    points = [point for point in world.journal.points.all.values() if point.policy == "interruption"]
    assert {point.group for point in points} == {INSTANCE}
    assert {point.state for point in points} == {PointState.PENDING}
    world.backups.finish_snapshots()
    assert sorted(world.backups.counted()) == ["mysql", "wordpress"]
    assert world.journal.runs.all[world.record.run].state.is_final


def test_a_message_that_comes_twice_takes_no_second_snapshot() -> None:
    world = DyingWorld(DRAINED)
    world.warn()
    for _ in range(3):
        world.save()
    assert len(world.backups.ebs.all) == 2
    assert len(world.nodes.evicted) == 3


def test_a_later_warning_takes_fresher_snapshots() -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="r"))
    world.save()
    world.wait(minutes=12)
    world.warn()
    world.save()
    assert len(world.backups.ebs.all) == 4


def test_a_budget_that_blocks_is_named_and_tried_again_until_the_deadline() -> None:
    world = DyingWorld(DRAINED)
    world.nodes.budgets["mysql-0"] = BUDGET
    world.warn()
    report = world.save()
    assert report.blocked == {"shop/mysql-0": BUDGET}
    assert world.to_save.sent == [(INSTANCE, timedelta(seconds=5))]
    assert f"shop/mysql-0 is blocked: {BUDGET}" in world.lines
    world.wait(seconds=60)
    world.nodes.budgets.clear()
    world.save()
    assert ("shop/mysql-0", 45) in world.nodes.evicted  # of its 60 s, what is left without the margin
    assert world.to_save.sent == []


def test_after_the_deadline_nobody_is_tried_again() -> None:
    world = DyingWorld(DRAINED)
    world.nodes.budgets["mysql-0"] = BUDGET
    world.warn()
    world.wait(seconds=118)
    world.save()
    assert world.to_save.sent == []


def test_who_drains_its_nodes_itself_does_and_the_timeline_says_so() -> None:
    world = DyingWorld()
    managed = {"eks.amazonaws.com/nodegroup": "spot"}
    world.nodes.nodes[NODE] = replace(world.node, labels=managed)
    world.warn()
    world.save()
    assert world.nodes.evicted == []
    assert any("the managed node group drains its own nodes" in line for line in world.lines)


def test_snapshots_that_fail_do_not_keep_the_pods_from_leaving() -> None:
    world = DyingWorld(DRAINED)
    world.journal.fail_next("add_points", TemporaryError("the journal is silent"))
    world.warn()
    report = world.save()
    assert report.missed == {"all": "the journal is silent"}
    assert "shop/mysql-0" in report.evicted
    assert world.to_save.sent
    world.wait(seconds=36)  # the lease of the first try
    report = world.save()
    assert sorted(report.snapshots) == ["shop/mysql", "shop/wordpress"]


def test_without_claims_of_pods_there_is_nothing_to_save_and_each_volume_says_so() -> None:
    world = DyingWorld()
    world.nodes.all_pods[NODE], world.nodes.all_attachments = [], []
    world.warn()
    report = world.save()
    assert report.snapshots == []
    assert set(report.missed) == {"vol-mysql", "vol-wordpress"}
    assert len(world.backups.ebs.all) == 0


def test_protected_claims_only() -> None:
    world = DyingWorld(NodeRules(snapshot=Snapshotting.PROTECTED))
    excluded = replace(world.claims[1], labels={"snapkeep.io/exclude": "true"})
    world.nodes.claim_list = [world.claims[0], excluded]
    world.warn()
    report = world.save()
    assert report.snapshots == ["shop/mysql"]
    assert "no policy backs up the claim" in report.missed["vol-wordpress"]


def test_a_stop_is_saved_and_never_touches_the_attachments() -> None:
    world = DyingWorld(DRAINED)
    world.warn(action="stop")
    world.save()
    assert len(world.backups.ebs.all) == 2
    assert len(world.nodes.all_attachments) == 2


@pytest.mark.parametrize(("action", "snapshots"), [("stopping", 0), ("stopped", 0), ("shutting-down", 2)])
def test_ec2s_report_of_a_stop_saves_nothing_and_that_of_an_end_does(action: str, snapshots: int) -> None:
    world = DyingWorld()
    world.announce(a_notice(world.clock(), Kind.STATE, action=action))
    assert len(world.save().snapshots) == snapshots
    assert len(world.backups.ebs.all) == snapshots


def test_hibernation_is_saved_and_not_drained() -> None:
    world = DyingWorld(DRAINED)
    world.warn(action="hibernate")
    report = world.save()
    assert len(report.snapshots) == 2 and world.nodes.evicted == []


def test_an_announcement_in_between_is_not_overwritten() -> None:
    world = DyingWorld(DRAINED)
    world.announce(a_notice(world.clock(), Kind.REBALANCE, key="r"))
    warning = a_notice(world.clock())
    world.nodes.meanwhile("evict", lambda: world.announce(warning))
    world.announce(a_notice(world.clock(), Kind.LIFECYCLE, key="t", hook=HOOK))
    world.save()
    assert {notice.key for notice in world.record.notices} == {"r", "t", "event-1"}


def test_an_unreachable_cluster_is_raised_for_another_try() -> None:
    world = DyingWorld()
    world.warn()
    world.nodes.fail_next("pods", ClusterUnreachable("no"))
    with pytest.raises(ClusterUnreachable):
        world.save()


def test_nothing_is_done_without_an_open_incident() -> None:
    world = DyingWorld(DRAINED)
    assert world.save().reason == "there is no open incident"
    assert world.nodes.evicted == []


def test_a_rehearsal_says_what_would_happen_and_does_nothing() -> None:
    world = DyingWorld(DRAINED)
    plan = world.saver.plan("myeks", INSTANCE)
    assert [str(claim) for claim in plan.save.claims] == ["shop/mysql", "shop/wordpress"]
    assert [leaving.pod.name for leaving in plan.drain.leaving] == ["mysql-0", "wordpress-0", "web"]
    assert [staying.reason for staying in plan.drain.staying] == ["a DaemonSet would put it back"]
    assert world.nodes.evicted == [] and len(world.backups.ebs.all) == 0 and not world.node.unschedulable
    with pytest.raises(NotFound, match="no node with the providerID"):
        world.instances.all["i-0gone"] = an_instance("i-0gone", private_dns="gone")
        world.saver.plan("myeks", "i-0gone")


def test_two_messages_at_once_take_one_set_of_snapshots() -> None:
    world = DyingWorld()
    world.warn()

    def second() -> None:
        world.wait(seconds=2)
        world.saver.run(INSTANCE, "second")

    world.journal.meanwhile("write_incident", second)
    world.save()
    assert len(world.backups.ebs.all) == 2
    assert len(world.journal.runs.all) == 1


def test_a_volume_whose_pod_has_left_already_is_saved_for_its_claim() -> None:
    world = DyingWorld()
    world.nodes.all_pods[NODE] = []
    world.warn()
    assert sorted(world.save().snapshots) == ["shop/mysql", "shop/wordpress"]


def test_snapshots_that_failed_are_taken_although_the_pods_have_left_meanwhile() -> None:
    world = DyingWorld(DRAINED)
    world.journal.fail_next("open_run", TemporaryError("the journal is silent"))
    world.warn()
    world.save()
    world.nodes.all_pods[NODE], world.nodes.all_attachments = [], []
    world.wait(seconds=5)
    assert sorted(world.save().snapshots) == ["shop/mysql", "shop/wordpress"]


def test_a_look_after_the_save_still_says_what_was_saved() -> None:
    world = DyingWorld(DRAINED)
    world.warn()
    world.save()
    world.nodes.all_pods[NODE], world.nodes.all_attachments = [], []
    assert sorted(world.save().snapshots) == ["shop/mysql", "shop/wordpress"]
    assert len(world.backups.ebs.all) == 2


def figures_of_save(world: DyingWorld) -> Mapping[str, float]:
    (figures,) = [news.figures for news in world.news.steps if news.step == "saved"]
    return figures


def test_disks_that_no_claim_uses_are_named_but_not_counted_as_missed() -> None:
    world = DyingWorld()
    disks = ("vol-mysql", "vol-wordpress", "vol-containers")
    world.instances.all[INSTANCE] = an_instance(volumes=disks)
    world.warn()
    report = world.save()
    assert report.missed == {"vol-containers": "no pod on the node uses it through a claim"}
    assert figures_of_save(world) == {"SnapshotsInTime": 2, "VolumesMissed": 0}


@pytest.mark.parametrize(
    ("error", "missed"), [(PermanentError("denied"), 2), (TemporaryError("no answer"), 0)]
)
def test_only_what_is_not_tried_again_is_missed(error: Exception, missed: int) -> None:
    world = DyingWorld()
    world.backups.ebs.fail_next("create_group", error)
    world.warn()
    report = world.save()
    assert sorted(report.missed) == ["shop/mysql", "shop/wordpress"]
    assert figures_of_save(world)["VolumesMissed"] == missed


def test_snapshots_after_the_deadline_are_not_called_in_time() -> None:
    world = DyingWorld()
    warning = a_notice(world.clock())
    world.wait(minutes=3)
    world.announce(warning)
    world.save()
    assert figures_of_save(world) == {"SnapshotsInTime": 0, "VolumesMissed": 0}


def test_a_late_save_that_failed_is_tried_again() -> None:
    world = DyingWorld()
    warning = a_notice(world.clock())
    world.wait(minutes=3)
    world.announce(warning)
    world.journal.fail_next("add_points", TemporaryError("the journal is silent"))
    world.save()
    assert world.to_save.sent
    world.save()
    assert len(world.backups.ebs.all) == 2
