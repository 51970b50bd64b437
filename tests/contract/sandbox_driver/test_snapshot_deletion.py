"""What goes and what stays when VolumeSnapshots and their contents are deleted."""

from __future__ import annotations

from tests.contract.sandbox_driver.lab import Lab

CONTENTS = "volumesnapshotcontents"


def _delete(lab: Lab, snapshot: str) -> None:
    lab.store.delete("volumesnapshots", "default", snapshot)


def test_policy_delete_takes_the_ec2_snapshot_along(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(policy="Delete")
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")

    _delete(lab, "snap1")

    lab.until(lambda: lab.get("volumesnapshots", "snap1") is None, "the VolumeSnapshot is gone")
    assert lab.get(CONTENTS, content["metadata"]["name"], None) is None
    assert lab.ec2.cut == {}


def test_policy_retain_leaves_content_and_ec2_snapshot(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(policy="Retain")
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")

    _delete(lab, "snap1")

    lab.until(lambda: lab.get("volumesnapshots", "snap1") is None)
    left = lab.get(CONTENTS, content["metadata"]["name"], None)
    assert left is not None
    assert "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted" in left["metadata"]["annotations"]
    assert content["status"]["snapshotHandle"] in lab.ec2.cut


def test_a_retained_content_can_be_deleted_afterwards_and_leaves_the_ec2_snapshot(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(policy="Retain")
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")
    _delete(lab, "snap1")
    lab.until(lambda: lab.get("volumesnapshots", "snap1") is None)

    lab.store.delete(CONTENTS, None, content["metadata"]["name"])

    lab.until(lambda: lab.get(CONTENTS, content["metadata"]["name"], None) is None)
    assert content["status"]["snapshotHandle"] in lab.ec2.cut


def test_a_content_deleted_before_its_snapshot_hangs_until_the_snapshot_goes_too(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(policy="Delete")
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")

    lab.store.delete(CONTENTS, None, content["metadata"]["name"])
    lab.snapshot("another", "data")
    lab.ready("another")
    hanging = lab.get(CONTENTS, content["metadata"]["name"], None)
    assert hanging is not None and "deletionTimestamp" in hanging["metadata"]

    _delete(lab, "snap1")
    lab.until(lambda: lab.get(CONTENTS, content["metadata"]["name"], None) is None)
    assert content["status"]["snapshotHandle"] not in lab.ec2.cut


def test_a_snapshot_stays_while_a_pending_claim_wants_to_be_restored_from_it(lab: Lab) -> None:
    lab.bound_claim("data", "4Gi")
    lab.snapshot_class(policy="Delete")
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")
    lab.claim("small", "2Gi", snapshot="snap1")
    lab.until(lambda: lab.texts("small", "ProvisioningFailed"))

    _delete(lab, "snap1")

    lab.until(lambda: lab.texts("snap1", "SnapshotDeletePending"))
    assert lab.texts("snap1", "SnapshotDeletePending") == ["Snapshot is being used to restore a PVC"]
    assert content["status"]["snapshotHandle"] in lab.ec2.cut

    lab.store.delete("persistentvolumeclaims", "default", "small")
    lab.until(lambda: lab.get("volumesnapshots", "snap1") is None, "tried again with back-off")
    assert lab.ec2.cut == {}


def test_a_snapshot_being_cut_is_deleted_only_once_it_is_ready(slow_lab: Lab) -> None:
    slow_lab.bound_claim("data")
    slow_lab.snapshot_class(policy="Delete")
    slow_lab.snapshot("snap1", "data")
    slow_lab.until(lambda: "creationTime" in slow_lab.status("snap1"))

    _delete(slow_lab, "snap1")
    slow_lab.snapshot("another", "data")
    slow_lab.until(lambda: "creationTime" in slow_lab.status("another"))
    assert slow_lab.get("volumesnapshots", "snap1") is not None

    slow_lab.ec2.complete_snapshots()
    slow_lab.until(lambda: slow_lab.get("volumesnapshots", "snap1") is None)
    assert len(slow_lab.ec2.cut) == 1
