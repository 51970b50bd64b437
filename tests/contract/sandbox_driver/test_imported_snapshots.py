"""EC2 snapshots that come into the cluster by a VolumeSnapshotContent somebody wrote."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_driver.lab import Lab


def _import(lab: Lab, handle: str, *, policy: str = "Retain", refers_to: str = "imported") -> None:
    lab.store.create(
        "volumesnapshotcontents",
        None,
        {
            "metadata": {"name": "content"},
            "spec": {
                "deletionPolicy": policy,
                "driver": "ebs.csi.aws.com",
                "source": {"snapshotHandle": handle},
                "volumeSnapshotRef": {"name": refers_to, "namespace": "default"},
            },
        },
    )


def _snapshot(lab: Lab) -> None:
    spec = {"source": {"volumeSnapshotContentName": "content"}}
    lab.store.create("volumesnapshots", "default", {"metadata": {"name": "imported"}, "spec": spec})


@pytest.fixture
def handle(lab: Lab) -> str:
    """A snapshot made straight in EC2 of an 8 GiB volume."""
    volume = lab.bound_claim("data", "8Gi")["spec"]["csi"]["volumeHandle"]
    return lab.ec2.create_snapshot(volume, "by hand", {"CSIVolumeSnapshotName": "by-hand"}).id


def test_it_is_ready_with_the_size_that_ec2_knows_and_bound_both_ways(lab: Lab, handle: str) -> None:
    _import(lab, handle)
    _snapshot(lab)

    content = lab.ready("imported")

    snapshot = lab.get("volumesnapshots", "imported")
    assert snapshot is not None
    assert snapshot["status"]["restoreSize"] == "8Gi"
    assert content["spec"]["volumeSnapshotRef"]["uid"] == snapshot["metadata"]["uid"]


def test_a_claim_can_be_made_from_it_but_not_a_smaller_one(lab: Lab, handle: str) -> None:
    _import(lab, handle)
    _snapshot(lab)
    lab.ready("imported")

    lab.claim("fits", "8Gi", snapshot="imported")
    lab.claim("small", "4Gi", snapshot="imported")

    lab.until(lambda: lab.is_bound("fits"))
    text = lab.until(lambda: lab.texts("small", "ProvisioningFailed"))[0]
    assert text.endswith(
        "requested volume size 4294967296 is less than the size 8589934592 for the source snapshot imported"
    )


def test_an_ec2_snapshot_that_does_not_exist_is_an_error_not_a_ready_snapshot(lab: Lab) -> None:
    _import(lab, "snap-00000000000000bad")
    _snapshot(lab)

    lab.until(lambda: lab.error("imported"))

    assert "failed to list snapshot for content content" in lab.error("imported")
    assert lab.status("imported")["readyToUse"] is False


def test_a_content_for_another_snapshot_is_not_bound(lab: Lab, handle: str) -> None:
    _import(lab, handle, refers_to="somebody-else")
    _snapshot(lab)

    lab.until(lambda: lab.error("imported"))

    assert lab.error("imported") == "VolumeSnapshotContent [content] is bound to a different snapshot"
    assert lab.texts("imported", "SnapshotContentMisbound") == [lab.error("imported")]


def test_a_missing_content_is_waited_for(lab: Lab, handle: str) -> None:
    _snapshot(lab)
    lab.until(lambda: lab.error("imported") == "VolumeSnapshotContent is missing")

    _import(lab, handle)

    lab.ready("imported")


def test_deleting_an_unbound_content_with_policy_delete_deletes_the_real_snapshot(
    lab: Lab, handle: str
) -> None:
    _import(lab, handle, policy="Delete")
    lab.until(
        lambda: (lab.get("volumesnapshotcontents", "content", None) or {}).get("status", {}).get("readyToUse")
    )
    finalizer = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"
    lab.store.update(
        "volumesnapshotcontents",
        None,
        "content",
        lambda obj: obj["metadata"].update(finalizers=[finalizer]),
    )

    lab.store.delete("volumesnapshotcontents", None, "content")

    lab.until(lambda: lab.get("volumesnapshotcontents", "content", None) is None)
    assert handle not in lab.ec2.cut
