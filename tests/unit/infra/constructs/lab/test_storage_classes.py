"""The classes for the lab's claims and snapshots."""

from __future__ import annotations

from tests.unit.infra.lab import an_object
from tests.unit.infra.template import Template


def test_gp3_is_the_default_encrypted_xfs_that_may_grow(lab: Template) -> None:
    gp3 = an_object(lab, "StorageClass", "gp3")

    assert gp3["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert gp3["provisioner"] == "ebs.csi.aws.com"
    assert gp3["allowVolumeExpansion"] is True
    assert gp3["volumeBindingMode"] == "WaitForFirstConsumer"
    assert gp3["parameters"] == {
        "type": "gp3",
        "encrypted": "true",
        "allowAutoIOPSPerGBIncrease": "true",
        "csi.storage.k8s.io/fstype": "xfs",
    }


def test_snapshots_by_hand_have_a_class_that_is_not_snapkeeps(lab: Template) -> None:
    snapshots = an_object(lab, "VolumeSnapshotClass", "csi-aws-vsc")

    assert (snapshots["driver"], snapshots["deletionPolicy"]) == ("ebs.csi.aws.com", "Delete")


def test_shared_claims_get_access_points_of_the_labs_file_system(lab: Template) -> None:
    shared = an_object(lab, "StorageClass", "efs-sc")
    (file_system,) = lab.resources("EFS::FileSystem")

    assert shared["provisioner"] == "efs.csi.aws.com"
    assert shared["parameters"]["provisioningMode"] == "efs-ap"
    assert shared["parameters"]["fileSystemId"] == f"{{{file_system}}}"
