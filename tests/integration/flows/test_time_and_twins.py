"""What time does to a backup: late answers, doubled events, twins, a controller that never comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from snapkeep.domain import tags
from tests.integration.deployed import SLOT, Deployed, until
from tests.integration.flows.story import counted, deliver_job_again, next_event, pass_time, queue_of_events


def test_a_lost_answer_is_waited_for_while_ec2_hides_the_snapshot(product: Deployed) -> None:
    aws = product.sandbox.aws
    product.make_claims("lost-answer", 1)
    aws.settings(describe_lag_seconds=120)
    aws.forget_calls()
    aws.fail_call("ec2:CreateSnapshot", "InternalError", status=500, after=True)
    product.backup("lost-answer")
    until(lambda: aws.calls().get("ec2:CreateSnapshot"), "the create whose answer is lost")
    aws.wait_idle()

    for _ in range(2):
        pass_time(product, timedelta(seconds=40))
        deliver_job_again(product, "lost-answer")
    assert [point["state"] for point in product.points("lost-answer")] == ["creating"]
    pass_time(product, timedelta(seconds=60))
    deliver_job_again(product, "lost-answer")
    product.invoke("reconcile", {})

    assert product.until_closed("lost-answer")["state"] == "completed"
    assert aws.calls()["ec2:CreateSnapshot"] == 1
    assert list(counted(product, "lost-answer").values()) == [1]


def test_a_twin_is_marked_never_counted_and_pruned(product: Deployed) -> None:
    product.make_claims("twin", 1)
    product.backup("twin")
    assert product.until_closed("twin")["state"] == "completed"
    (first,) = product.snapshots("twin")

    twin = second_snapshot_like(product, first.id)
    until(lambda: twin if is_marked(product, twin) else None, "the twin to be marked")
    assert list(counted(product, "twin").values()) == [1]
    assert int(product.run("twin")["ready"]) == 1
    product.prune()

    assert [snapshot.id for snapshot in product.snapshots("twin")] == [first.id]


def second_snapshot_like(product: Deployed, snapshot_id: str) -> str:
    """A second snapshot of the same volume with the same tags, as a late create would leave it."""
    ec2 = product.sandbox.client("ec2")
    (first,) = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    specification = {"ResourceType": "snapshot", "Tags": first["Tags"]}
    made = ec2.create_snapshot(VolumeId=first["VolumeId"], TagSpecifications=[specification])
    return str(made["SnapshotId"])


def is_marked(product: Deployed, snapshot_id: str) -> bool:
    snapshots = {snapshot.id: snapshot for snapshot in product.snapshots("twin")}
    return snapshots[snapshot_id].tags.get(tags.DUPLICATE) == "true"


@pytest.mark.parametrize("shape", ["region-then-account", "account-then-region"])
def test_events_told_twice_count_once_in_both_shapes_of_arns(product: Deployed, shape: str) -> None:
    product.make_claims(shape, 3)
    product.sandbox.aws.settings(snapshot_arn_shape=shape, snapshot_events=2)
    product.backup(shape)
    run = product.until_closed(shape)
    product.sandbox.aws.wait_idle()

    assert (run["state"], int(product.run(shape)["ready"])) == ("completed", 3)
    assert sorted(counted(product, shape).values()) == [1, 1, 1]


def test_a_volume_with_too_many_snapshots_at_once_only_waits(product: Deployed) -> None:
    product.make_claims("busy-volume", 2)
    product.sandbox.aws.fail_call("ec2:CreateSnapshot", "SnapshotCreationPerVolumeRateExceeded", times=2)
    product.backup("busy-volume")
    until(lambda: None if product.sandbox.aws.faults() else True, "EC2 to refuse twice")
    product.sandbox.aws.wait_idle()
    assert product.run("busy-volume")["state"] == "running"

    pass_time(product, timedelta(minutes=1))
    deliver_job_again(product, "busy-volume")
    run = product.until_closed("busy-volume")
    assert (run["state"], int(run["ready"])) == ("completed", 2)


def test_without_a_snapshot_controller_ebs_takes_over_or_the_run_says_why(product: Deployed) -> None:
    product.cluster.call("driver", {"snapshot_controller": "missing"})
    for policy in ("patient", "pragmatic"):
        product.make_claims(policy, 1)
        product.backup(policy)
    product.sandbox.aws.wait_idle()
    pass_time(product, timedelta(minutes=11))
    product.invoke("reconcile", {})

    assert product.until_closed("patient")["state"] == "failed"
    (failed,) = product.points("patient")
    assert "the snapshot controller made nothing of the VolumeSnapshot in 10 minutes" in failed["reason"]
    assert product.until_closed("pragmatic")["state"] == "completed"
    (taken,) = product.points("pragmatic")
    assert (taken["state"], taken["method"]) == ("ready", "ebs")
    assert taken["method_reason"].startswith("by ebs instead of csi: the snapshot controller")


def test_a_group_on_two_nodes_is_taken_back_to_back_and_its_skew_is_told(product: Deployed) -> None:
    order = {"bulk_claims": 2, "namespace": "two-nodes", "labels": {"app": "shop"}}
    product.cluster.call("lab", order)
    attach_to_nodes_of_their_own(product, "two-nodes")
    queue = queue_of_events(product, "two-nodes")
    product.backup("two-nodes")
    assert product.until_closed("two-nodes")["state"] == "completed"

    event = until(lambda: next_event(product, queue), "the event of the run")
    started = sorted(snapshot.started_at for snapshot in product.snapshots("two-nodes"))
    (skew,) = event["detail"]["groups"].values()
    assert skew == pytest.approx((started[-1] - started[0]).total_seconds(), abs=0.01)
    reasons = {point["method_reason"] for point in product.points("two-nodes")}
    assert reasons == {"taken back to back: its volumes are not attached to one instance"}
    assert event["detail"]["slot"] == SLOT.isoformat()


def attach_to_nodes_of_their_own(product: Deployed, namespace: str) -> None:
    """Attach each volume of the namespace to another running instance."""
    ec2 = product.sandbox.client("ec2")
    wanted = [{"Name": "tag:kubernetes.io/created-for/pvc/namespace", "Values": [namespace]}]
    volumes = [volume["VolumeId"] for volume in ec2.describe_volumes(Filters=wanted)["Volumes"]]
    reservations = ec2.describe_instances()["Reservations"]
    instances = [each["InstanceId"] for found in reservations for each in found["Instances"]]
    for volume, instance in zip(volumes, instances[: len(volumes)], strict=True):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdz")
