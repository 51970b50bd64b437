"""Claims and volumes as the API shows them: every kind of storage the lab has, and odd ones."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.kubernetes.claims import claim_of, scratch_volumes_of, volume_of
from snapkeep.domain.claims import VolumeKind

GIB = 2**30


def a_volume(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "pv-1", "uid": "u"} | metadata, "spec": {"capacity": {}, **spec}}


def zone_affinity(key: str, zone: str) -> dict[str, Any]:
    expression = {"key": key, "operator": "In", "values": [zone]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


def a_claim(**changes: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "ebs-claim", "namespace": "default", "uid": "uid-1", "labels": {"app": "web"}}
        | changes.pop("metadata", {}),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
            "storageClassName": "gp3",
            "volumeMode": "Filesystem",
            "volumeName": "pv-1",
        }
        | changes.pop("spec", {}),
        "status": {"phase": "Bound"} | changes,
    }


@pytest.mark.parametrize("driver", ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"])
def test_a_volume_of_an_ebs_driver(driver: str) -> None:
    volume = volume_of(
        a_volume(
            {
                "csi": {"driver": driver, "volumeHandle": "vol-1", "fsType": "xfs"},
                "nodeAffinity": zone_affinity("topology.kubernetes.io/zone", "ap-northeast-2a"),
            }
        )
    )
    assert (volume.kind, volume.handle, volume.fs_type) == (VolumeKind.EBS_CSI, "vol-1", "xfs")
    assert (volume.zone, volume.driver) == ("ap-northeast-2a", driver)


@pytest.mark.parametrize(
    ("spec", "kind", "handle"),
    [
        ({"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"}}, VolumeKind.EFS, "fs-1"),
        ({"csi": {"driver": "s3.csi.aws.com", "volumeHandle": "bucket"}}, VolumeKind.S3, "bucket"),
        (
            {"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "s3files:fs-1"}},
            VolumeKind.S3,
            "s3files:fs-1",
        ),
        ({"csi": {"driver": "fsx.csi.aws.com", "volumeHandle": "fs-2"}}, VolumeKind.OTHER, "fs-2"),
        ({"hostPath": {"path": "/data"}}, VolumeKind.HOST_PATH, "/data"),
        ({"local": {"path": "/mnt/disk"}}, VolumeKind.LOCAL, "/mnt/disk"),
        ({"nfs": {"server": "x", "path": "/"}}, VolumeKind.OTHER, ""),
    ],
)
def test_other_storage_is_told_apart(spec: dict[str, Any], kind: VolumeKind, handle: str) -> None:
    volume = volume_of(a_volume(spec))
    assert (volume.kind, volume.handle) == (kind, handle)


def test_storage_of_an_unknown_kind_is_named_by_its_source() -> None:
    assert volume_of(a_volume({"nfs": {"server": "x"}, "accessModes": []})).driver == "nfs"


@pytest.mark.parametrize("volume_id", ["vol-1", "aws://ap-northeast-2b/vol-1"])
def test_an_in_tree_volume_is_known_in_both_spellings(volume_id: str) -> None:
    labels = {"failure-domain.beta.kubernetes.io/zone": "ap-northeast-2b"}
    volume = volume_of(a_volume({"awsElasticBlockStore": {"volumeID": volume_id}}, labels=labels))
    assert (volume.kind, volume.handle, volume.zone) == (VolumeKind.EBS_IN_TREE, "vol-1", "ap-northeast-2b")


def test_the_zone_of_an_in_tree_volume_may_stand_in_its_id_only() -> None:
    spec = {"awsElasticBlockStore": {"volumeID": "aws://ap-northeast-2c/vol-1", "fsType": "ext4"}}
    volume = volume_of(a_volume(spec))
    assert (volume.zone, volume.fs_type) == ("ap-northeast-2c", "ext4")


def test_a_migrated_volume_is_handled_by_the_csi_driver() -> None:
    annotations = {"pv.kubernetes.io/migrated-to": "ebs.csi.aws.com"}
    spec = {"awsElasticBlockStore": {"volumeID": "vol-1"}}
    volume = volume_of(a_volume(spec, annotations=annotations))
    assert (volume.kind, volume.driver) == (VolumeKind.EBS_MIGRATED, "ebs.csi.aws.com")


def test_a_volume_has_its_own_capacity_whatever_was_asked_for() -> None:
    source = {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}
    volume = volume_of(a_volume({"csi": source, "capacity": {"storage": "500Gi"}}))
    asked = a_claim(spec={"resources": {"requests": {"storage": "500Mi"}}})
    assert claim_of(asked, "myeks", {"pv-1": volume}).size_bytes == 500 * GIB
    assert claim_of(a_claim(), "myeks", {}).size_bytes == 10 * GIB


@pytest.mark.parametrize(("written", "partition"), [("1", "1"), ("0", ""), (None, "")])
def test_a_static_volume_may_name_a_partition(written: str | None, partition: str) -> None:
    source = {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}
    attributes = {"volumeAttributes": {"partition": written}} if written else {}
    assert volume_of(a_volume({"csi": source | attributes})).partition == partition
    in_tree = {"volumeID": "vol-1"} | ({"partition": int(written)} if written else {})
    assert volume_of(a_volume({"awsElasticBlockStore": in_tree})).partition == partition


def test_a_claim_carries_what_a_restore_needs() -> None:
    volume = volume_of(a_volume({"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}))
    claim = claim_of(a_claim(), "myeks", {"pv-1": volume})
    assert (claim.cluster, str(claim), claim.uid) == ("myeks", "default/ebs-claim", "uid-1")
    assert (claim.requested, claim.requested_bytes) == ("10Gi", 10 * GIB)
    assert (claim.storage_class, claim.access_modes) == ("gp3", ("ReadWriteOnce",))
    assert (claim.phase, claim.volume, claim.deleting) == ("Bound", volume, False)
    assert claim.labels == {"app": "web"}


def test_a_pending_claim_has_no_volume() -> None:
    document = a_claim(phase="Pending", spec={"volumeName": None})
    assert claim_of(document, "myeks", {}).volume is None


def test_a_claim_being_deleted_says_so() -> None:
    document = a_claim(metadata={"deletionTimestamp": "2026-11-24T18:00:00Z"})
    assert claim_of(document, "myeks", {}).deleting


def test_the_storage_class_may_stand_in_the_old_annotation() -> None:
    annotations = {"volume.beta.kubernetes.io/storage-class": "gp2"}
    document = a_claim(metadata={"annotations": annotations}, spec={"storageClassName": None})
    assert claim_of(document, "myeks", {}).storage_class == "gp2"


def test_a_size_nobody_can_read_does_not_stop_the_listing() -> None:
    document = a_claim(spec={"resources": {"requests": {"storage": "ten"}}})
    claim = claim_of(document, "myeks", {})
    assert (claim.requested, claim.requested_bytes) == ("ten", 0)


def test_scratch_volumes_are_the_empty_dirs_and_host_paths_of_a_pod() -> None:
    pod = {
        "metadata": {"namespace": "batch", "name": "sorter"},
        "spec": {
            "volumes": [
                {"name": "scratch", "emptyDir": {}},
                {"name": "logs", "hostPath": {"path": "/var/log"}},
                {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "token", "projected": {}},
            ]
        },
    }
    found = [(str(volume), volume.kind) for volume in scratch_volumes_of(pod, "myeks")]
    assert found == [("batch/sorter:scratch", "emptyDir"), ("batch/sorter:logs", "hostPath")]


def test_a_pod_without_volumes_has_no_scratch() -> None:
    pod = {"metadata": {"namespace": "batch", "name": "sorter"}, "spec": {}}
    assert list(scratch_volumes_of(pod, "myeks")) == []


def test_an_access_point_in_the_mount_options_is_part_of_the_handle() -> None:
    on_efs = {
        "csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"},
        "mountOptions": ["accesspoint=fsap-1"],
    }
    assert volume_of(a_volume(on_efs)).handle == "fs-1::fsap-1"
    on_ebs = {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}, "mountOptions": ["noatime"]}
    assert volume_of(a_volume(on_ebs)).handle == "vol-1"
