"""Restores as external-provisioner and snapshot-controller do them: what waits, hangs and survives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.sandbox_driver.lab import Lab

MODE_CHANGE = "snapshot.storage.kubernetes.io/allow-volume-mode-change"


@pytest.fixture
def handle(lab: Lab) -> str:
    """A snapshot made straight in EC2 of a 10 GiB volume of a claim that is gone."""
    volume = lab.bound_claim("gone", "10Gi")["spec"]["csi"]["volumeHandle"]
    made = lab.ec2.create_snapshot(volume, "by hand", {"CSIVolumeSnapshotName": "by-hand"}).id
    lab.store.delete("persistentvolumeclaims", "default", "gone")
    lab.until(lambda: not lab.ec2.volumes)
    return made


def gone(lab: Lab, resource: str, name: str, namespace: str | None = None) -> bool:
    return lab.get(resource, name, namespace) is None


def test_a_claim_waits_for_its_snapshot_to_be_ready(slow_lab: Lab) -> None:
    lab = slow_lab
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")

    lab.claim("restored", snapshot="snap1")

    texts = lab.until(
        lambda: [text for text in lab.texts("restored", "ProvisioningFailed") if "Ready" in text]
    )
    assert texts[0] == (
        'failed to provision volume with StorageClass "gp3": error getting handle for DataSource Type '
        "VolumeSnapshot by Name snap1: snapshot snap1 is not Ready"
    )
    assert len(lab.ec2.volumes) == 1

    lab.ec2.complete_snapshots()

    lab.until(lambda: lab.is_bound("restored"), seconds=15)
    assert len(lab.ec2.volumes) == 2


def test_a_claim_of_a_waiting_class_is_made_from_its_snapshot_in_the_zone_of_its_pod(
    lab: Lab, handle: str
) -> None:
    lab.node("one", "ap-northeast-2a", disk="slow")
    lab.node("two", "ap-northeast-2c", disk="nvme")
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    lab.imported(handle, "point", "default")
    lab.ready("point")

    lab.claim("restored", "10Gi", "point", "wait")

    lab.until(lambda: lab.texts("restored", "WaitForFirstConsumer"))
    assert (lab.ec2.volumes, lab.texts("restored", "ProvisioningFailed")) == ({}, [])

    lab.pod("app", ["restored"], disk="nvme")

    claim = lab.until(lambda: lab.is_bound("restored"))
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "two"
    (volume,) = lab.ec2.volumes.values()
    assert (volume.zone, volume.snapshot_id, volume.size_gib) == ("ap-northeast-2c", handle, 10)
    lab.until(lambda: lab.phase("app") == "Running")


def test_a_too_small_claim_of_a_waiting_class_fails_only_when_a_pod_wants_it(lab: Lab, handle: str) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    lab.imported(handle, "point", "default")
    lab.ready("point")
    lab.claim("small", "4Gi", "point", "wait")
    lab.until(lambda: lab.texts("small", "WaitForFirstConsumer"))

    lab.pod("app", ["small"])

    text = lab.until(lambda: lab.texts("small", "ProvisioningFailed"))[0]
    assert text == (
        'failed to provision volume with StorageClass "wait": error getting handle for DataSource Type '
        "VolumeSnapshot by Name point: requested volume size 4294967296 is less than the size 10737418240 "
        "for the source snapshot point"
    )
    claim = lab.get("persistentvolumeclaims", "small")
    assert claim is not None and claim["status"]["phase"] == "Pending"
    assert (lab.phase("app") == "Running", lab.ec2.volumes) == (False, {})


def test_a_restored_namespace_goes_and_the_backup_stays(lab: Lab, handle: str) -> None:
    lab.namespace("restored")
    content = lab.imported(handle, "point", "restored")
    lab.claim("data", "10Gi", "point", namespace="restored")
    volume = lab.until(lambda: lab.is_bound("data", "restored"))["spec"]["volumeName"]

    lab.store.delete("namespaces", None, "restored")

    lab.until(lambda: gone(lab, "namespaces", "restored"))
    lab.until(lambda: gone(lab, "persistentvolumes", volume))
    assert lab.ec2.volumes == {}, "the restored volume goes with its claim"
    assert handle in lab.ec2.cut, "the EC2 snapshot does not"
    kept = lab.get("volumesnapshotcontents", content, None)
    assert kept is not None and "deletionTimestamp" not in kept["metadata"]


def test_the_same_ec2_snapshot_is_restored_again_in_another_namespace(lab: Lab, handle: str) -> None:
    lab.namespace("first")
    lab.imported(handle, "point", "first")
    lab.claim("data", "10Gi", "point", namespace="first")
    lab.until(lambda: lab.is_bound("data", "first"))
    lab.store.delete("namespaces", None, "first")
    lab.until(lambda: gone(lab, "namespaces", "first"))

    lab.namespace("second")
    content = lab.imported(handle, "point", "second")
    lab.claim("data", "10Gi", "point", namespace="second")

    lab.until(lambda: lab.is_bound("data", "second"))
    lab.store.delete("volumesnapshots", "second", "point")
    lab.until(lambda: gone(lab, "volumesnapshots", "point", "second"))
    lab.store.delete("volumesnapshotcontents", None, content)
    lab.until(lambda: gone(lab, "volumesnapshotcontents", content))
    assert handle in lab.ec2.cut, "Retain: the pair is removed, the backup stays"
    assert lab.is_bound("data", "second"), "and so does the restored claim"


def test_an_import_pair_with_policy_delete_would_take_the_backup_along(lab: Lab, handle: str) -> None:
    lab.namespace("restored")
    lab.imported(handle, "point", "restored", policy="Delete")
    lab.until(
        lambda: (lab.get("volumesnapshots", "point", "restored") or {}).get("status", {}).get("readyToUse")
    )

    lab.store.delete("namespaces", None, "restored")

    lab.until(lambda: gone(lab, "namespaces", "restored"))
    lab.until(lambda: handle not in lab.ec2.cut)


def test_a_namespace_with_a_hanging_restore_can_be_deleted(lab: Lab, handle: str) -> None:
    lab.namespace("restored")
    lab.imported(handle, "point", "restored")
    lab.claim("small", "4Gi", "point", namespace="restored")
    lab.until(lambda: lab.texts("small", "ProvisioningFailed"))

    lab.store.delete("namespaces", None, "restored")

    lab.until(lambda: gone(lab, "namespaces", "restored"))
    assert handle in lab.ec2.cut


def test_a_snapshot_of_another_namespace_is_not_found(lab: Lab, handle: str) -> None:
    lab.namespace("other")
    lab.imported(handle, "point", "default")
    lab.ready("point")

    lab.claim("data", "10Gi", "point", namespace="other")

    text = lab.until(lambda: lab.texts("data", "ProvisioningFailed"))[0]
    assert text.endswith('volumesnapshots.snapshot.storage.k8s.io "point" not found')


def test_the_volume_mode_is_kept_unless_the_content_allows_the_change(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")["metadata"]["name"]

    lab.claim("raw", snapshot="snap1", volumeMode="Block")

    text = lab.until(lambda: lab.texts("raw", "ProvisioningFailed"))[0]
    assert text.endswith(
        "requested volume default/raw modifies the mode of the source volume but does not have permission to "
        f"do so. {MODE_CHANGE} annotation is not present on snapshotcontent {content}"
    )

    lab.store.update(
        "volumesnapshotcontents",
        None,
        content,
        lambda obj: obj["metadata"].setdefault("annotations", {}).update({MODE_CHANGE: "true"}),
    )

    lab.until(lambda: lab.is_bound("raw"), seconds=15)


def test_a_driver_with_the_newer_policy_makes_no_volume_from_an_untagged_snapshot(
    lab: Lab, handle: str
) -> None:
    lab.driver.control({"driver_policy": "AmazonEBSCSIDriverPolicyV2"})
    lab.imported(handle, "point", "default")
    lab.ready("point")

    lab.claim("restored", "10Gi", "point")

    text = lab.until(lambda: lab.texts("restored", "ProvisioningFailed"))[0]
    assert "api error UnauthorizedOperation: You are not authorized to perform this operation." in text
    assert f"ec2:CreateVolume on resource: {handle}" in text
    assert lab.is_bound("restored") is None

    tags = {"ebs.csi.aws.com/cluster": "true"}
    lab.ec2.cut[handle] = replace(lab.ec2.cut[handle], tags=tags)

    lab.until(lambda: lab.is_bound("restored"), seconds=15)


def test_a_driver_scoped_to_its_cluster_makes_volumes_only_from_snapshots_that_name_it(
    named_lab: Lab,
) -> None:
    lab = named_lab
    volume = lab.bound_claim("data", "10Gi")["spec"]["csi"]["volumeHandle"]
    handle = lab.ec2.create_snapshot(volume, "a copy", {"snapkeep:managed": "copy"}).id
    lab.driver.control({"driver_policy": "AmazonEBSCSIDriverEKSClusterScopedPolicy"})
    elsewhere = {"ebs.csi.aws.com/cluster": "true", "ebs.csi.aws.com/cluster-name": "elsewhere"}
    lab.ec2.cut[handle] = replace(lab.ec2.cut[handle], tags=elsewhere)
    lab.imported(handle, "point", "default")
    lab.ready("point")

    lab.claim("restored", "10Gi", "point")

    text = lab.until(lambda: lab.texts("restored", "ProvisioningFailed"))[0]
    assert f"ec2:CreateVolume on resource: {handle}" in text

    tags = {"ebs.csi.aws.com/cluster-name": "spare"}
    lab.ec2.cut[handle] = replace(lab.ec2.cut[handle], tags=tags)

    lab.until(lambda: lab.is_bound("restored"), seconds=15)
