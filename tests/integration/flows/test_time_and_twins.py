"""What time does to a backup: late answers, doubled events, twins, a controller that never comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.demo import evidence
from snapkeep.domain import tags
from tests.integration.deployed import Deployed, until
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


def test_the_snapshot_that_the_content_names_counts_although_ec2_showed_a_twin_first(
    product: Deployed,
) -> None:
    """While EC2 hides what the driver cut, the sidecar's next poll cuts a twin, which completes first."""
    product.make_claims("named-twin", 1)
    product.sandbox.aws.settings(describe_lag_seconds=120)
    product.backup("named-twin")
    named = until(lambda: handle_of(product, "named-twin"), "the driver to cut the first snapshot")
    product.sandbox.aws.settings(describe_lag_seconds=0.0)
    assert product.until_closed("named-twin")["state"] == "completed"
    (point,) = product.points("named-twin")
    assert point["snapshot_id"] != named

    pass_time(product, timedelta(seconds=121))
    tell_end_of(product, named)
    until(lambda: is_marked(product, named) or None, "the first snapshot to be marked")
    product.prune()
    product.invoke("reconcile", {})
    product.prune()

    assert [snapshot.id for snapshot in product.snapshots("named-twin")] == [named]
    assert list(counted(product, "named-twin").values()) == [1]
    (point,) = product.points("named-twin")
    assert point["snapshot_id"] == named
    assert handle_of(product, "named-twin") == named


def tell_end_of(product: Deployed, snapshot_id: str) -> None:
    """Deliver the event of a snapshot's completion again, as EventBridge does after a failure."""
    arn = f"arn:aws:ec2::ap-northeast-2:snapshot/{snapshot_id}"
    detail = {"event": "createSnapshot", "result": "succeeded", "snapshot_id": arn}
    product.sandbox.aws.put_event("aws.ec2", "EBS Snapshot Notification", detail)


def handle_of(product: Deployed, namespace: str) -> str | None:
    """What the only VolumeSnapshotContent of a namespace names."""
    listed = product.admin.get("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents")["items"]
    found = [item for item in listed if item["spec"]["volumeSnapshotRef"]["namespace"] == namespace]
    handle: str | None = found[0].get("status", {}).get("snapshotHandle") if found else None
    return handle


def second_snapshot_like(product: Deployed, snapshot_id: str) -> str:
    """A second snapshot of the same volume with the same tags, as a late create would leave it."""
    ec2 = product.sandbox.client("ec2")
    (first,) = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"]
    specification = {"ResourceType": "snapshot", "Tags": first["Tags"]}
    made = ec2.create_snapshot(VolumeId=first["VolumeId"], TagSpecifications=[specification])
    return str(made["SnapshotId"])


def is_marked(product: Deployed, snapshot_id: str) -> bool:
    found = evidence.read_snapshots(product.sandbox.client("ec2"))
    return snapshot_id in found and found[snapshot_id].tags.get(tags.DUPLICATE) == "true"


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
    assert "the snapshot controller did not process the VolumeSnapshot within 10 minutes" in failed["reason"]
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
    assert event["detail"]["slot"] == product.slots["two-nodes"].isoformat()


def attach_to_nodes_of_their_own(product: Deployed, namespace: str) -> None:
    """Attach each volume of the namespace to another running instance."""
    ec2 = product.sandbox.client("ec2")
    wanted = [{"Name": "tag:kubernetes.io/created-for/pvc/namespace", "Values": [namespace]}]
    volumes = [volume["VolumeId"] for volume in ec2.describe_volumes(Filters=wanted)["Volumes"]]
    reservations = ec2.describe_instances()["Reservations"]
    instances = [each["InstanceId"] for found in reservations for each in found["Instances"]]
    for volume, instance in zip(volumes, instances[: len(volumes)], strict=True):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdz")
