"""VolumeSnapshots as a real control plane with the EBS CSI driver treats them."""

from __future__ import annotations

from tests.contract.sandbox_driver.lab import PREFIX, Lab


def test_a_snapshot_of_a_claim_becomes_ready_with_the_size_of_its_volume(lab: Lab) -> None:
    lab.bound_claim("data", "4Gi")
    lab.snapshot_class()
    made = lab.snapshot("snap1", "data")

    content = lab.ready("snap1")

    uid = made["metadata"]["uid"]
    status = lab.status("snap1")
    assert content["metadata"]["name"] == f"snapcontent-{uid}"
    assert status["restoreSize"] == "4Gi"
    assert status["creationTime"] == "2026-11-23T02:30:00Z"
    assert content["status"]["restoreSize"] == 4294967296
    assert content["status"]["creationTime"] == 1795401000123000000
    assert content["status"]["snapshotHandle"] in lab.ec2.cut
    assert content["spec"]["deletionPolicy"] == "Retain"
    assert "error" not in status


def test_events_tell_the_story_in_the_controllers_words(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")
    lab.ready("snap1")

    story = lab.until(lambda: len(lab.events("snap1")) == 3 and lab.events("snap1"))

    assert [(event["reason"], event["message"]) for event in story] == [
        (
            "CreatingSnapshot",
            "Waiting for a snapshot default/snap1 to be created by the CSI driver.",
        ),
        ("SnapshotCreated", "Snapshot default/snap1 was successfully created by the CSI driver."),
        ("SnapshotReady", "Snapshot default/snap1 is ready to use."),
    ]


def test_finalizers_protect_snapshot_and_content_but_no_longer_the_claim(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class()
    lab.snapshot("snap1", "data")
    content = lab.ready("snap1")

    snapshot = lab.get("volumesnapshots", "snap1")
    assert snapshot is not None
    assert snapshot["metadata"]["finalizers"] == [
        f"{PREFIX}/volumesnapshot-as-source-protection",
        f"{PREFIX}/volumesnapshot-bound-protection",
    ]
    assert content["metadata"]["finalizers"] == [f"{PREFIX}/volumesnapshotcontent-bound-protection"]
    lab.until(
        lambda: (
            f"{PREFIX}/pvc-as-source-protection"
            not in (lab.get("persistentvolumeclaims", "data") or {})["metadata"]["finalizers"]
        ),
        "the claim is free again",
    )


def test_the_ec2_snapshot_carries_the_drivers_tags_and_the_templated_ones_of_the_class(lab: Lab) -> None:
    volume = lab.bound_claim("data")
    lab.snapshot_class(
        tagSpecification_1="team=backup",
        tagSpecification_2="ns={{ .VolumeSnapshotNamespace }}",
        tagSpecification_3="what={{ .VolumeSnapshotName }} in {{.VolumeSnapshotContentName}}",
    )
    uid = lab.snapshot("snap1", "data")["metadata"]["uid"]
    handle = lab.ready("snap1")["status"]["snapshotHandle"]

    assert lab.ec2.tags[handle] == {
        "CSIVolumeSnapshotName": f"snapshot-{uid}",
        "ebs.csi.aws.com/cluster": "true",
        "team": "backup",
        "ns": "default",
        "what": f"snap1 in snapcontent-{uid}",
    }
    volume_id = volume["spec"]["csi"]["volumeHandle"]
    assert lab.ec2.descriptions[handle] == f"Created by AWS EBS CSI driver for volume {volume_id}"


def test_a_driver_that_knows_its_cluster_tags_for_it() -> None:
    lab = Lab(cluster_name="myeks")
    lab.bound_claim("data")
    lab.snapshot_class()
    uid = lab.snapshot("snap1", "data")["metadata"]["uid"]
    handle = lab.ready("snap1")["status"]["snapshotHandle"]
    lab.stop()

    assert lab.ec2.tags[handle]["ebs.csi.aws.com/cluster-name"] == "myeks"
    assert lab.ec2.tags[handle]["kubernetes.io/cluster/myeks"] == "owned"
    assert lab.ec2.tags[handle]["Name"] == f"myeks-dynamic-snapshot-{uid}"


def test_a_snapshot_waits_for_ec2_with_ready_to_use_false(slow_lab: Lab) -> None:
    slow_lab.bound_claim("data")
    slow_lab.snapshot_class()
    slow_lab.snapshot("snap1", "data")

    status = slow_lab.until(lambda: "creationTime" in slow_lab.status("snap1") and slow_lab.status("snap1"))
    assert status["readyToUse"] is False
    assert status["restoreSize"] == "4Gi"

    slow_lab.ec2.complete_snapshots()
    slow_lab.ready("snap1")
    assert slow_lab.ec2.calls.count("CreateSnapshot") == 1


def test_a_driver_that_does_not_find_its_snapshot_cuts_another_and_the_content_keeps_the_first(
    slow_lab: Lab,
) -> None:
    """The sidecar polls by CreateSnapshot, and the driver looks by DescribeSnapshots, which lags."""
    slow_lab.bound_claim("data")
    slow_lab.snapshot_class()
    slow_lab.ec2.hides_new = True
    uid = slow_lab.snapshot("snap1", "data")["metadata"]["uid"]
    slow_lab.until(lambda: slow_lab.ec2.calls.count("CreateSnapshot") == 3, "two more snapshots")

    slow_lab.ec2.hides_new = False
    slow_lab.ec2.complete_snapshots()
    content = slow_lab.ready("snap1")

    first, *twins = slow_lab.ec2.cut
    assert content["status"]["snapshotHandle"] == first
    assert len(twins) >= 2
    assert {tags["CSIVolumeSnapshotName"] for tags in slow_lab.ec2.tags.values()} == {f"snapshot-{uid}"}


def test_the_only_default_class_of_the_driver_is_used(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class("standard")
    mark = {f"{PREFIX}/is-default-class": "true"}
    lab.store.update(
        "volumesnapshotclasses", None, "standard", lambda obj: obj["metadata"].update(annotations=mark)
    )
    lab.snapshot("snap1", "data", None)

    assert lab.ready("snap1")["spec"]["volumeSnapshotClassName"] == "standard"


def test_a_snapshot_cut_before_a_crash_is_found_by_its_tag_and_not_cut_again(lab: Lab) -> None:
    volume = lab.bound_claim("data")["spec"]["csi"]["volumeHandle"]
    lab.driver.control({"snapshot_controller": "missing"})
    lab.snapshot_class()
    uid = lab.snapshot("snap1", "data")["metadata"]["uid"]
    earlier = lab.ec2.create_snapshot(volume, "", {"CSIVolumeSnapshotName": f"snapshot-{uid}"})

    lab.driver.control({"snapshot_controller": "running"})

    assert lab.ready("snap1")["status"]["snapshotHandle"] == earlier.id
    assert lab.ec2.calls.count("CreateSnapshot") == 1
