"""Claims: provisioned, restored, grown, and what happens to the volume when they go."""

from __future__ import annotations

from tests.contract.sandbox_driver.lab import Lab

ZONE = "topology.kubernetes.io/zone"


def test_an_immediate_claim_gets_an_encrypted_tagged_volume_in_a_zone_with_nodes(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2b")
    lab.storage_class("gp3", **{"csi.storage.k8s.io/fstype": "xfs"})
    made = lab.claim("data", "4Gi")
    claim = lab.until(lambda: lab.is_bound("data"))

    name = f"pvc-{made['metadata']['uid']}"
    assert claim["spec"]["volumeName"] == name
    assert claim["status"]["capacity"] == {"storage": "4Gi"}
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/storage-provisioner"] == "ebs.csi.aws.com"
    volume = lab.get("persistentvolumes", name, None)
    assert volume is not None
    assert volume["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"] == "ebs.csi.aws.com"
    spec = volume["spec"]
    assert spec["csi"]["fsType"] == "xfs"
    assert spec["claimRef"]["uid"] == made["metadata"]["uid"]
    assert spec["persistentVolumeReclaimPolicy"] == "Delete"
    terms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert terms == [{"matchExpressions": [{"key": ZONE, "operator": "In", "values": ["ap-northeast-2b"]}]}]

    in_ec2 = lab.ec2.volumes[spec["csi"]["volumeHandle"]]
    assert (in_ec2.zone, in_ec2.size_gib, in_ec2.type, in_ec2.encrypted) == (
        "ap-northeast-2b",
        4,
        "gp3",
        True,
    )
    assert in_ec2.tags == {
        "CSIVolumeName": name,
        "ebs.csi.aws.com/cluster": "true",
        "kubernetes.io/created-for/pvc/name": "data",
        "kubernetes.io/created-for/pvc/namespace": "default",
        "kubernetes.io/created-for/pv/name": name,
    }


def test_a_class_that_waits_binds_where_the_first_pod_runs(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a", disk="slow")
    lab.node("two", "ap-northeast-2c", disk="nvme")
    lab.storage_class("gp3", mode="WaitForFirstConsumer")
    lab.claim("data")
    lab.until(lambda: lab.texts("data", "WaitForFirstConsumer"))
    assert lab.texts("data", "WaitForFirstConsumer") == [
        "waiting for first consumer to be created before binding"
    ]
    assert lab.ec2.volumes == {}

    lab.pod("app", ["data"], disk="nvme")

    claim = lab.until(lambda: lab.is_bound("data"))
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "two"
    assert [volume.zone for volume in lab.ec2.volumes.values()] == ["ap-northeast-2c"]
    lab.until(lambda: lab.phase("app") == "Running")


def test_a_claim_smaller_than_its_snapshot_stays_pending_and_says_both_sizes(lab: Lab) -> None:
    lab.bound_claim("data", "4Gi")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")
    lab.ready("snap1")

    lab.claim("small", "2Gi", snapshot="snap1")

    texts = lab.until(lambda: lab.texts("small", "ProvisioningFailed"))
    assert texts == [
        'failed to provision volume with StorageClass "gp3": error getting handle for DataSource Type '
        "VolumeSnapshot by Name snap1: requested volume size 2147483648 is less than the size 4294967296 "
        "for the source snapshot snap1"
    ]
    assert lab.is_bound("small") is None
    assert len(lab.ec2.volumes) == 1


def test_a_claim_as_large_as_its_snapshot_or_larger_is_bound_to_a_volume_made_from_it(lab: Lab) -> None:
    lab.bound_claim("data", "4Gi")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")
    handle = lab.ready("snap1")["status"]["snapshotHandle"]

    lab.claim("equal", "4Gi", snapshot="snap1")
    lab.claim("larger", "6Gi", snapshot="snap1")

    lab.until(lambda: lab.is_bound("equal") and lab.is_bound("larger"))
    restored = [volume for volume in lab.ec2.volumes.values() if volume.snapshot_id == handle]
    assert sorted(volume.size_gib for volume in restored) == [4, 6]


def test_a_snapshot_that_does_not_exist_is_named(lab: Lab) -> None:
    lab.storage_class()
    lab.claim("lost", snapshot="doesnotexist")

    texts = lab.until(lambda: lab.texts("lost", "ProvisioningFailed"))

    assert texts[0].endswith(
        "error getting handle for DataSource Type VolumeSnapshot by Name doesnotexist: error getting "
        "snapshot doesnotexist from api server: "
        'volumesnapshots.snapshot.storage.k8s.io "doesnotexist" not found'
    )


def test_growing_a_claim_grows_its_volume_everywhere(lab: Lab) -> None:
    volume = lab.bound_claim("data", "5Gi")

    lab.store.update(
        "persistentvolumeclaims",
        "default",
        "data",
        lambda obj: obj["spec"]["resources"]["requests"].update(storage="7Gi"),
    )

    lab.until(lambda: (lab.is_bound("data") or {})["status"]["capacity"]["storage"] == "7Gi")
    grown = lab.get("persistentvolumes", volume["metadata"]["name"], None)
    assert grown is not None and grown["spec"]["capacity"]["storage"] == "7Gi"
    assert lab.ec2.volumes[volume["spec"]["csi"]["volumeHandle"]].size_gib == 7
    lab.until(lambda: lab.texts("data", "FileSystemResizeSuccessful"))
    assert lab.texts("data", "FileSystemResizeRequired") == ["Require file system resize of volume on node"]


def test_reclaim_policy_delete_deletes_the_volume_with_the_claim(lab: Lab) -> None:
    volume = lab.bound_claim("data")

    lab.store.delete("persistentvolumeclaims", "default", "data")

    lab.until(lambda: lab.get("persistentvolumes", volume["metadata"]["name"], None) is None)
    assert lab.ec2.volumes == {}


def test_reclaim_policy_retain_releases_the_volume_and_keeps_its_data(lab: Lab) -> None:
    lab.storage_class("gp3", policy="Retain")
    name = lab.bound_claim("data")["metadata"]["name"]

    lab.store.delete("persistentvolumeclaims", "default", "data")

    lab.until(lambda: (lab.get("persistentvolumes", name, None) or {})["status"]["phase"] == "Released")
    assert len(lab.ec2.volumes) == 1
    lab.claim("other")
    lab.until(lambda: lab.is_bound("other"))
    assert len(lab.ec2.volumes) == 2, "a released volume is never given to another claim"


def test_a_claim_in_use_by_a_pod_is_deleted_after_the_pod(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.bound_claim("data")
    lab.pod("app", ["data"])
    lab.until(lambda: lab.phase("app") == "Running")

    lab.store.delete("persistentvolumeclaims", "default", "data")
    lab.bound_claim("later")
    assert lab.is_bound("data") is not None

    lab.store.delete("pods", "default", "app")
    lab.until(lambda: lab.get("persistentvolumeclaims", "data") is None)
    lab.until(lambda: len(lab.ec2.volumes) == 1, "the volume follows once it is detached")


def test_a_claim_whose_volume_object_vanished_is_lost(lab: Lab) -> None:
    name = lab.bound_claim("data")["metadata"]["name"]
    lab.store.delete("persistentvolumes", None, name)
    assert lab.get("persistentvolumes", name, None) is not None, "a bound volume is protected"

    lab.store.update("persistentvolumes", None, name, lambda obj: obj["metadata"].pop("finalizers"))

    lab.until(lambda: (lab.get("persistentvolumeclaims", "data") or {})["status"]["phase"] == "Lost")


def test_a_static_volume_is_bound_to_the_claim_it_is_reserved_for(lab: Lab) -> None:
    lab.store.create(
        "persistentvolumes",
        None,
        {
            "metadata": {"name": "shared"},
            "spec": {
                "capacity": {"storage": "5Gi"},
                "accessModes": ["ReadWriteMany"],
                "storageClassName": "efs-sc",
                "csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"},
            },
        },
    )
    lab.claim("data", "4Gi", storage_class="efs-sc")

    lab.store.update(
        "persistentvolumes", None, "shared", lambda obj: obj["spec"].update(accessModes=["ReadWriteOnce"])
    )

    assert lab.until(lambda: lab.is_bound("data"))["spec"]["volumeName"] == "shared"
    assert lab.ec2.volumes == {}
