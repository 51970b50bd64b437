"""VolumeSnapshots that are refused: by the controller for their claim or class, by the driver, or by EC2."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_driver.lab import NAMESPACE, PREFIX, Lab


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (
            "absent",
            "Failed to create snapshot content with error snapshot controller failed to update refused on "
            "API server: cannot get claim from snapshot",
        ),
        (
            "pending",
            "Failed to create snapshot content with error failed to get input parameters to create snapshot "
            'refused: "the PVC pending is not yet bound to a PV, will not attempt to take a snapshot"',
        ),
    ],
)
def test_a_claim_that_cannot_be_snapshotted_is_refused_in_words(lab: Lab, claim: str, text: str) -> None:
    lab.storage_class("late", mode="WaitForFirstConsumer")
    lab.claim("pending", storage_class="late")
    lab.snapshot_class()
    lab.snapshot("refused", claim)

    lab.until(lambda: lab.error("refused"))

    assert lab.error("refused") == text
    assert lab.status("refused")["readyToUse"] is False
    assert lab.texts("refused", "SnapshotContentCreationFailed") == [text]


def test_an_in_tree_volume_has_no_csi_source(lab: Lab) -> None:
    lab.store.create(
        "persistentvolumes",
        None,
        {
            "metadata": {"name": "old"},
            "spec": {
                "capacity": {"storage": "8Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "gp2",
                "awsElasticBlockStore": {"volumeID": "aws://ap-northeast-2a/vol-1"},
            },
        },
    )
    lab.claim("legacy", "8Gi", storage_class="gp2")
    lab.until(lambda: lab.is_bound("legacy"))
    lab.snapshot_class()
    lab.snapshot("refused", "legacy")

    lab.until(lambda: lab.error("refused"))

    assert lab.error("refused") == (
        "Failed to create snapshot content with error cannot find CSI PersistentVolumeSource for volume old"
    )


def test_an_absent_class_leaves_ready_to_use_unknown(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot("refused", "data", "absent")

    lab.until(lambda: lab.error("refused"))

    text = (
        "Failed to get snapshot class with error "
        'volumesnapshotclass.snapshot.storage.k8s.io "absent" not found'
    )
    assert lab.error("refused") == text
    assert "readyToUse" not in lab.status("refused")
    assert lab.texts("refused", "GetSnapshotClassFailed") == [text]


def test_an_error_is_not_final_and_goes_away_when_its_cause_does(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot("early", "data", "keep")
    lab.until(lambda: lab.error("early"))

    lab.snapshot_class("keep")

    lab.ready("early")
    assert lab.error("early") == ""


def test_a_volume_gone_from_ec2_is_reported_with_the_answer_of_ec2(lab: Lab) -> None:
    volume = lab.bound_claim("data")["spec"]["csi"]["volumeHandle"]
    del lab.ec2.volumes[volume]
    lab.snapshot_class()
    uid = lab.snapshot("refused", "data")["metadata"]["uid"]

    lab.until(lambda: "check and update" in lab.error("refused"))

    assert lab.error("refused") == (
        f"Failed to check and update snapshot content: failed to take snapshot of the volume {volume}: "
        f'"rpc error: code = Internal desc = Could not create snapshot \\"snapshot-{uid}\\": '
        f"error creating snapshot of volume {volume}: operation error EC2: CreateSnapshot, https response "
        "error StatusCode: 400, RequestID: fake, api error InvalidVolume.NotFound: "
        f"The volume '{volume}' does not exist.\""
    )
    assert lab.status("refused")["readyToUse"] is False


def test_a_parameter_the_driver_does_not_know_is_an_invalid_argument(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(colour="blue")
    lab.snapshot("refused", "data")

    lab.until(lambda: lab.error("refused"))

    expected = "rpc error: code = InvalidArgument desc = Invalid parameter key colour for CreateSnapshot"
    assert expected in lab.error("refused")
    assert lab.ec2.calls.count("CreateSnapshot") == 0


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("ebs.csi.aws.com/cluster-name=myeks", "tag key 'ebs.csi.aws.com/cluster-name' is reserved"),
        ("ebs.csi.aws.com/cluster=true", "tag key prefix 'ebs.csi.aws.com/' is reserved"),
        ("CSIVolumeSnapshotName=mine", "tag key 'CSIVolumeSnapshotName' is reserved"),
        ("kubernetes.io/cluster/myeks=owned", "tag key prefix 'kubernetes.io' is reserved"),
    ],
)
def test_a_class_that_asks_for_a_tag_of_the_drivers_own_gets_no_snapshot(
    lab: Lab, tag: str, text: str
) -> None:
    volume = lab.bound_claim("data")["spec"]["csi"]["volumeHandle"]
    lab.snapshot_class(tagSpecification_1="team=backup", tagSpecification_2=tag)
    lab.snapshot("refused", "data")

    assert lab.until(lambda: lab.error("refused")).endswith(
        f"failed to take snapshot of the volume {volume}: "
        f'"rpc error: code = InvalidArgument desc = Invalid tag value: {text}"'
    )
    assert lab.ec2.calls.count("CreateSnapshot") == 0


def test_what_the_driver_refused_again_and_again_goes_with_its_content(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot_class(colour="blue")
    name = f"snapcontent-{lab.snapshot('refused', 'data')['metadata']['uid']}"
    lab.until(lambda: "Failed to check and update" in lab.error("refused"), "a second refusal")
    version = lab.store.get("volumesnapshotcontents", None, name)["metadata"]["resourceVersion"]
    lab.until(
        lambda: lab.store.get("volumesnapshotcontents", None, name)["metadata"]["resourceVersion"] != version,
        "a third refusal, which changes no text",
    )

    lab.store.delete("volumesnapshots", NAMESPACE, "refused")
    lab.store.delete("volumesnapshotcontents", None, name)

    lab.until(lambda: lab.get("volumesnapshotcontents", name, None) is None, "the content to go")
    assert lab.get("volumesnapshots", "refused") is None


def test_no_default_class_and_two_of_them_are_both_refused(lab: Lab) -> None:
    lab.bound_claim("data")
    lab.snapshot("refused", "data", None)
    lab.until(lambda: lab.error("refused"))
    assert lab.error("refused") == (
        "Failed to set default snapshot class with error cannot find default snapshot class"
    )

    for name in ("one", "two"):
        lab.store.create(
            "volumesnapshotclasses",
            None,
            {
                "metadata": {"name": name, "annotations": {f"{PREFIX}/is-default-class": "true"}},
                "driver": "ebs.csi.aws.com",
                "deletionPolicy": "Delete",
            },
        )
    lab.until(lambda: "2 default snapshot classes were found" in lab.error("refused"))
