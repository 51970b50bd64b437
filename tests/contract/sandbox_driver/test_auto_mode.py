"""The driver of EKS Auto Mode refuses what the policy of its role refuses.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSBlockStoragePolicyV2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.contract.sandbox_driver.lab import Lab

AUTO = "ebs.csi.eks.amazonaws.com"


@pytest.fixture
def auto() -> Iterator[Lab]:
    """A cluster of Auto Mode with a bound claim `data`."""
    lab = Lab(cluster_name="myeks")
    fields = {"provisioner": AUTO, "parameters": {"type": "gp3"}, "volumeBindingMode": "Immediate"}
    lab.store.create("storageclasses", None, {"metadata": {"name": "auto"}, **fields})
    lab.claim("data", storage_class="auto")
    lab.until(lambda: lab.is_bound("data"), "data bound")
    yield lab
    lab.stop()


def snapshot_class(lab: Lab, **parameters: str) -> None:
    fields = {"driver": AUTO, "deletionPolicy": "Retain", "parameters": parameters}
    lab.store.create("volumesnapshotclasses", None, {"metadata": {"name": "keep"}, **fields})


def test_a_volume_carries_the_tags_and_the_name_of_its_driver(auto: Lab) -> None:
    claim = auto.is_bound("data")
    assert claim is not None
    volume = auto.get("persistentvolumes", claim["spec"]["volumeName"], None)
    assert volume is not None and volume["spec"]["csi"]["driver"] == AUTO
    tags = auto.ec2.volumes[volume["spec"]["csi"]["volumeHandle"]].tags
    assert tags["eks:eks-cluster-name"] == "myeks"
    assert tags["ebs.csi.eks.amazonaws.com/cluster"] == "true"
    assert not any(key.startswith("ebs.csi.aws.com/") for key in tags)


def test_a_pod_runs_once_its_volume_is_attached_by_its_own_driver(auto: Lab) -> None:
    auto.node("one", "ap-northeast-2a", "i-0abc")
    auto.pod("app", ["data"])
    auto.until(lambda: auto.phase("app") == "Running")
    (attachment,) = auto.store.list("volumeattachments")
    assert attachment["spec"]["attacher"] == AUTO
    assert attachment["metadata"]["finalizers"] == ["external-attacher/ebs-csi-eks-amazonaws-com"]

    auto.store.delete("pods", "default", "app")
    auto.until(lambda: auto.store.list("volumeattachments") == [])


def test_a_class_without_tags_is_cut_and_one_with_tags_is_refused_by_iam(auto: Lab) -> None:
    snapshot_class(auto, tagSpecification_1="snapkeep:managed=true")
    auto.snapshot("first", "data")
    error = auto.until(lambda: auto.error("first"))
    assert "api error UnauthorizedOperation: You are not authorized to perform this operation." in error

    auto.store.update("volumesnapshotclasses", None, "keep", lambda obj: obj["parameters"].clear())
    content = auto.ready("first")
    tags = auto.ec2.cut[content["status"]["snapshotHandle"]].tags
    uid = content["spec"]["volumeSnapshotRef"]["uid"]
    assert tags == {
        "CSIVolumeSnapshotName": f"snapshot-{uid}",
        "Name": f"myeks-dynamic-snapshot-{uid}",
        "ebs.csi.eks.amazonaws.com/cluster": "true",
        "eks:eks-cluster-name": "myeks",
        "kubernetes.io/cluster/myeks": "owned",
    }


@pytest.mark.parametrize("cluster", ["", "second"])
def test_only_a_snapshot_that_names_the_cluster_becomes_a_volume(auto: Lab, cluster: str) -> None:
    snapshot_class(auto)
    auto.snapshot("first", "data")
    handle = auto.ready("first")["status"]["snapshotHandle"]
    own = dict(auto.ec2.cut[handle].tags)
    other = {key: value for key, value in own.items() if key != "eks:eks-cluster-name"}
    other |= {"eks:eks-cluster-name": cluster} if cluster else {}
    auto.ec2.cut[handle] = replace(auto.ec2.cut[handle], tags=other)

    auto.claim("back", snapshot="first", storage_class="auto")
    text = auto.until(lambda: auto.texts("back", "ProvisioningFailed"))[0]
    assert f"ec2:CreateVolume on resource: {handle}" in text
    assert auto.is_bound("back") is None

    auto.ec2.cut[handle] = replace(auto.ec2.cut[handle], tags=own)
    auto.until(lambda: auto.is_bound("back"), seconds=15)


def test_the_older_policy_restores_from_any_snapshot(auto: Lab) -> None:
    auto.driver.control({"block_storage_policy": "AmazonEKSBlockStoragePolicy"})
    snapshot_class(auto)
    auto.snapshot("first", "data")
    handle = auto.ready("first")["status"]["snapshotHandle"]
    auto.ec2.cut[handle] = replace(auto.ec2.cut[handle], tags={})
    auto.claim("back", snapshot="first", storage_class="auto")
    auto.until(lambda: auto.is_bound("back"))


def test_a_volume_snapshot_of_one_driver_is_no_source_for_the_other(auto: Lab) -> None:
    auto.storage_class("gp3")
    snapshot_class(auto)
    auto.snapshot("first", "data")
    auto.ready("first")
    auto.claim("back", snapshot="first", storage_class="gp3")
    text = auto.until(lambda: auto.texts("back", "ProvisioningFailed"))[0]
    assert "CSI driver in snapshot content does not match the provisioner" in text
