"""Planning: every claim is taken or left with a reason, and the run is written before anything is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from snapkeep.domain.backup.runs import RunState, Skipped
from snapkeep.domain.claims import ScratchVolume, Volume, VolumeKind
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Method
from snapkeep.ports.kubernetes import SnapshotSupport
from snapkeep.wiring import backup
from tests.fakes.faults import Crash
from tests.fakes.world import SLOT, World, a_claim, a_policy

NO_CRDS = SnapshotSupport(False, "the cluster has no VolumeSnapshot CRDs; install the snapshot controller")
IN_TREE = Volume("pv-old", VolumeKind.EBS_IN_TREE, "kubernetes.io/aws-ebs", "vol-old", "ext4")
NEXT = SLOT + timedelta(days=1)


def a_day_later(world: World) -> None:
    """The first run is over, and the next slot has come."""
    world.backup()
    world.run_until_closed()
    world.wait(hours=24)


def test_every_claim_becomes_a_planned_point_that_remembers_what_a_restore_needs() -> None:
    world = World(a_claim("mysql"), a_claim("wordpress"))
    run = world.backup()
    assert run is not None and (run.state, run.total) == (RunState.RUNNING, 2)
    mysql = world.point("mysql")
    assert (mysql.state, mysql.volume_id, mysql.method) == (PointState.PLANNED, "vol-mysql", Method.EBS)
    claim = mysql.claim
    assert (claim.namespace, claim.requested, claim.storage_class, claim.fs_type) == (
        "shop",
        "4Gi",
        "gp3",
        "xfs",
    )


def test_what_is_not_taken_is_journaled_with_the_reason_and_is_no_failure() -> None:
    efs = a_claim("uploads", volume=Volume("pv-efs", VolumeKind.EFS, "efs.csi.aws.com", "fs-1"))
    excluded = a_claim("cache", labels={"snapkeep.io/exclude": "true"})
    world = World(a_claim("mysql"), efs, excluded)
    world.cluster.scratch_list = [ScratchVolume("myeks", "shop", "web-0", "tmp", "emptyDir")]
    run = world.backup()
    assert run is not None
    left = {item.subject: item for item in world.journal.runs.skipped(run.id)}
    assert left["shop/uploads"].code == "efs" and "method aws-backup" in left["shop/uploads"].reason
    assert left["shop/cache"] == Skipped("shop/cache", "excluded", 'its label snapkeep.io/exclude is "true"')
    assert left["shop/web-0:tmp"].code == "scratch"
    assert run.skipped == {"efs": 1, "excluded": 1, "scratch": 1}
    assert world.run_until_closed().state is RunState.COMPLETED


def test_jobs_are_bounded_and_a_group_travels_whole_in_its_own() -> None:
    alone = [a_claim(f"data-{number:02}") for number in range(12)]
    group = [a_claim(f"db-{number:02}", labels={"app": "db"}) for number in range(11)]
    world = World(*alone, *group, policy=a_policy(group_label="app"))
    world.backup()
    assert [(job.group, len(job.points)) for job in world.queue.jobs] == [("shop/db", 11), ("", 10), ("", 2)]
    leads = {point.lead for point in world.points() if point.group}
    assert leads == {min(point.id for point in world.points() if point.group)}


def test_a_run_with_nothing_to_take_completes_at_once() -> None:
    world = World()
    run = world.backup()
    assert run is not None and (run.state, run.announced) == (RunState.COMPLETED, True)
    assert world.queue.jobs == []


def test_a_policy_that_the_deployment_does_not_know_is_refused_in_words() -> None:
    world = World(a_claim("mysql"))
    with pytest.raises(PermanentError, match=r"no policy 'hourly' for cluster 'myeks' \(policies: nightly\)"):
        world.plan_backup.run("myeks", "hourly", SLOT, "one")
    with pytest.raises(PermanentError, match="for cluster 'other'"):
        world.plan_backup.run("other", "nightly", SLOT, "one")
    assert world.journal.runs.all == {}


def test_a_second_event_waits_for_the_first_planner_and_changes_nothing_after_it() -> None:
    world = World(a_claim("mysql"))
    world.cluster.fail_next("claims", Crash("planner"))
    with pytest.raises(Crash):
        world.backup()
    assert world.backup() is None  # the lease of the first is still good
    world.wait(minutes=6)
    first = world.backup()
    assert first is not None and first.total == 1
    assert world.backup() == first
    assert len(world.queue.jobs) == 1


def test_jobs_that_could_not_be_sent_are_sent_by_the_retry_of_the_same_invocation() -> None:
    world = World(a_claim("mysql"))
    world.queue.fail_next("send", TemporaryError("SQS did not accept 1 jobs"))
    with pytest.raises(TemporaryError):
        world.plan_backup.run("myeks", "nightly", SLOT, "request-1")
    world.cluster.claim_list = []  # the plan that was journaled stands
    run = world.plan_backup.run("myeks", "nightly", SLOT, "request-1")
    assert run is not None and run.total == 1
    assert world.run_until_closed().ready == 1


@pytest.mark.parametrize(
    "trouble",
    [
        ClusterUnreachable("the Kubernetes API did not answer"),
        PermanentError("persistentvolumeclaims: forbidden; apply `snapkeep manifests`"),
    ],
    ids=["silent", "forbidden"],
)
@pytest.mark.parametrize("method", ["open", "scratch_volumes"])
def test_known_volumes_are_saved_by_ebs_when_the_cluster_cannot_be_read(
    method: str, trouble: Exception
) -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI))
    a_day_later(world)
    world.cluster.claim_list.append(a_claim("new"))
    (world.clusters if method == "open" else world.cluster).fail_next(method, trouble)
    run = world.backup(NEXT)
    assert run is not None and run.total == 1
    assert str(trouble) in run.degraded and "new claims were not seen" in run.degraded
    (point,) = world.journal.points.points_of(run.id)
    assert (point.claim.name, point.method) == ("mysql", Method.EBS)
    assert point.method_reason == "by ebs from its tags: the cluster could not be read"
    world.work()
    world.finish_snapshots()
    closed = world.journal.runs.run(run.id)
    assert closed is not None and (closed.state, closed.ready) == (RunState.PARTIALLY_FAILED, 1)


def test_a_silent_cluster_of_which_nothing_is_known_fails_the_run_in_words() -> None:
    world = World(a_claim("mysql"))
    world.clusters.unreachable.add("myeks")
    run = world.backup()
    assert run is not None and run.state is RunState.FAILED
    assert "did not answer" in run.degraded
    assert [run.id for run, _ in world.announcer.closed] == [run.id]


def test_without_snapshot_crds_csi_points_fail_with_the_reason_and_the_others_are_taken() -> None:
    world = World(a_claim("mysql"), a_claim("old", volume=IN_TREE), policy=a_policy(method=Method.CSI))
    world.cluster.support = NO_CRDS
    world.backup()
    assert world.point("mysql").state is PointState.FAILED
    assert world.point("mysql").reason == NO_CRDS.reason
    run = world.run_until_closed()
    assert (run.state, run.ready, run.failed) == (RunState.PARTIALLY_FAILED, 1, 1)
    assert run.degraded == NO_CRDS.reason


def test_without_snapshot_crds_a_policy_may_fall_back_to_ebs() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.CSI, csi_fallback=True))
    world.cluster.support = NO_CRDS
    world.backup()
    point = world.point("mysql")
    assert (point.method, point.method_reason) == (Method.EBS, f"by ebs instead of csi: {NO_CRDS.reason}")
    assert world.run_until_closed().state is RunState.COMPLETED


def test_auto_mode_without_the_snapshot_controller_is_taken_by_ebs_whatever_the_policy_says() -> None:
    auto = Volume("pv-mysql", VolumeKind.EBS_CSI, "ebs.csi.eks.amazonaws.com", "vol-mysql", "ext4")
    world = World(a_claim("mysql", volume=auto), policy=a_policy(method=Method.CSI))
    world.cluster.support = SnapshotSupport(False, NO_CRDS.reason, installed=False)
    world.backup()
    point = world.point("mysql")
    assert (point.method, point.method_reason) == (Method.EBS, f"by ebs instead of csi: {NO_CRDS.reason}")
    assert world.run_until_closed().state is RunState.COMPLETED


def test_auto_mode_with_a_controller_and_without_our_class_fails_as_elsewhere() -> None:
    auto = Volume("pv-mysql", VolumeKind.EBS_CSI, "ebs.csi.eks.amazonaws.com", "vol-mysql", "ext4")
    world = World(a_claim("mysql", volume=auto), policy=a_policy(method=Method.CSI))
    world.cluster.support = SnapshotSupport(False, "our class is missing")
    world.backup()
    assert world.point("mysql").reason == "our class is missing"


def test_a_run_that_needs_no_volume_snapshots_does_not_miss_them() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.EBS))
    world.cluster.support = NO_CRDS
    run = world.backup()
    assert run is not None and run.degraded == ""
    assert world.run_until_closed().state is RunState.COMPLETED


def test_an_in_tree_volume_under_a_csi_policy_is_taken_by_ebs_with_the_reason() -> None:
    world = World(a_claim("old", volume=IN_TREE), policy=a_policy(method=Method.CSI))
    world.backup()
    assert world.point("old").method is Method.EBS
    assert "in-tree" in world.point("old").method_reason
    assert world.run_until_closed().state is RunState.COMPLETED
    assert world.cluster.snapshots == {}


def test_a_label_that_looks_like_an_exclusion_excludes_nothing_and_is_told_once() -> None:
    labelled = [a_claim(value.lower(), labels={"snapkeep.io/exclude": value}) for value in ("True", "yes")]
    world = World(*labelled, a_claim("in", labels={"snapkeep.io/exclude": "false"}))
    for day in range(3):
        world.backup(SLOT + timedelta(days=day))
    assert set(world.states()) == {"in", "true", "yes"}
    ((topic, told, _),) = world.announcer.troubles
    assert topic.kind == "label misread"
    assert [trouble.subject for trouble in told] == ["shop/true", "shop/yes"]
    assert told[0].reason == (
        'its label snapkeep.io/exclude is "True", which excludes nothing: only "true" does'
    )


def test_a_label_that_names_no_policy_is_told_once_whichever_policies_leave_the_claim() -> None:
    typo = a_claim("mysql", labels={"snapkeep.io/policy": "nightyl"})
    world = World(typo, a_claim("web"))
    for day in range(3):
        world.backup(SLOT + timedelta(days=day))
    ((topic, (trouble,), _),) = world.announcer.troubles
    assert (topic.kind, topic.cluster, trouble.subject) == ("label misread", "myeks", "shop/mysql")
    assert "names 'nightyl', which is no policy of cluster 'myeks'; allowed: nightly" in trouble.reason
    other = replace(a_policy("weekly"), clusters=("myeks",))
    deployment = replace(world.deployment, policies=(*world.deployment.policies, other))
    backup.plan_backup(world.deployed(deployment)).run("myeks", "weekly", SLOT, "one")
    assert len(world.announcer.troubles) == 1


def test_no_backup_fails_because_a_label_could_not_be_told_of() -> None:
    world = World(a_claim("a", labels={"snapkeep.io/exclude": "True"}))
    world.journal.fail_next("troubles", TemporaryError("no answer"))
    world.backup()
    assert set(world.states()) == {"a"}


def test_a_slot_of_a_policy_for_file_systems_takes_no_snapshots() -> None:
    world = World(a_claim("mysql"), policy=a_policy(method=Method.AWS_BACKUP))
    with pytest.raises(PermanentError, match="back_up_file_systems"):
        world.plan_backup.run("myeks", "nightly", SLOT, "one")
    assert (world.journal.runs.all, world.queue.jobs) == ({}, [])
