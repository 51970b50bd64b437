"""Claims and volumes that are there already, bound as the volume controller and the scheduler bind them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_driver.lab import Lab


def volume(lab: Lab, name: str, size: str = "20Gi", zone: str = "", **spec: Any) -> None:
    """A volume that somebody wrote for EBS volume `vol-<name>`."""
    more: dict[str, Any] = {}
    if zone:
        expression = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}
        more["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
    given = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "gp3",
        "persistentVolumeReclaimPolicy": "Retain",
        "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{name}"},
        **more,
    }
    lab.store.create("persistentvolumes", None, {"metadata": {"name": name}, "spec": given | spec})
    lab.until(lambda: phase(lab, name) == "Available", f"{name} available")


def phase(lab: Lab, name: str) -> str:
    found = lab.get("persistentvolumes", name, None) or {}
    return str(found.get("status", {}).get("phase"))


def volume_of(lab: Lab, claim: str) -> str:
    return str(lab.until(lambda: lab.is_bound(claim), f"{claim} bound")["spec"]["volumeName"])


@pytest.fixture
def point(lab: Lab) -> str:
    """A ready VolumeSnapshot of 10 GiB."""
    made = lab.bound_claim("data", "10Gi")["spec"]["csi"]["volumeHandle"]
    handle = lab.ec2.create_snapshot(made, "by hand", {"CSIVolumeSnapshotName": "by-hand"}).id
    lab.imported(handle, "point", "default")
    lab.ready("point")
    return "point"


def test_a_free_volume_wins_over_the_snapshot_that_a_claim_names(lab: Lab, point: str) -> None:
    volume(lab, "free")
    lab.claim("restored", "10Gi", point)
    assert volume_of(lab, "restored") == "free"
    assert lab.texts("restored", "Provisioning") == []
    assert len(lab.ec2.volumes) == 1, "nothing was made from the snapshot"


def test_a_class_that_waits_leaves_the_free_volume_to_the_scheduler(lab: Lab, point: str) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    volume(lab, "free", zone="ap-northeast-2a", storageClassName="wait")
    lab.claim("restored", "10Gi", point, "wait")
    lab.until(lambda: lab.texts("restored", "WaitForFirstConsumer"))
    assert phase(lab, "free") == "Available"

    lab.pod("app", ["restored"])

    assert volume_of(lab, "restored") == "free"
    assert phase(lab, "free") == "Bound"


def test_a_free_volume_that_the_node_does_not_reach_is_left(lab: Lab, point: str) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    volume(lab, "far", zone="ap-northeast-2c", storageClassName="wait")
    lab.claim("restored", "10Gi", point, "wait")
    lab.pod("app", ["restored"])
    assert volume_of(lab, "restored").startswith("pvc-")


@pytest.mark.parametrize(
    "misfit",
    [
        {"size": "9Gi"},
        {"storageClassName": "other"},
        {"volumeMode": "Block"},
        {"accessModes": ["ReadOnlyMany"]},
        {"claimRef": {"namespace": "default", "name": "somebody-else"}},
    ],
    ids=lambda misfit: next(iter(misfit)),
)
def test_a_volume_that_does_not_fit_is_left(lab: Lab, point: str, misfit: dict[str, Any]) -> None:
    volume(lab, "free", **misfit)
    lab.claim("restored", "10Gi", point)
    assert volume_of(lab, "restored").startswith("pvc-")


def test_the_smallest_volume_wins_and_fewer_access_modes_win_before_it(lab: Lab) -> None:
    lab.storage_class()
    volume(lab, "large", "40Gi")
    volume(lab, "small", "30Gi")
    volume(lab, "smallest-but-shared", "10Gi", accessModes=["ReadWriteOnce", "ReadOnlyMany"])
    lab.claim("data", "10Gi")
    assert volume_of(lab, "data") == "small"


def test_a_reserved_volume_wins_even_of_another_class(lab: Lab) -> None:
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    volume(lab, "free", "10Gi", storageClassName="wait")
    volume(lab, "mine", "40Gi", storageClassName="", claimRef={"namespace": "default", "name": "data"})
    lab.claim("data", "10Gi", storage_class="wait")
    assert volume_of(lab, "data") == "mine"


def test_a_volume_that_the_claim_names_and_that_is_too_small_is_refused_in_words(lab: Lab) -> None:
    lab.storage_class()
    volume(lab, "named", "5Gi")
    lab.claim("data", "10Gi", volumeName="named")
    (text,) = lab.until(lambda: lab.texts("data", "VolumeMismatch"))
    assert text == 'Cannot bind to requested volume "named": requested PV is too small'
    assert lab.is_bound("data") is None


def test_a_pod_goes_where_the_volume_of_a_class_that_provisions_nothing_is(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.node("two", "ap-northeast-2c")
    lab.store.create(
        "storageclasses",
        None,
        {
            "metadata": {"name": "local"},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    )
    lab.claim("data", "4Gi", storage_class="local")
    lab.pod("app", ["data"])
    (text,) = lab.until(lambda: lab.texts("app", "FailedScheduling"))
    assert "2 node(s) didn't find available persistent volumes to bind" in text
    volume(lab, "disk", zone="ap-northeast-2c", storageClassName="local")
    assert volume_of(lab, "data") == "disk"
    lab.until(lambda: (lab.get("pods", "app") or {})["spec"].get("nodeName") == "two")


def test_two_claims_that_want_the_same_volume_get_one_each(lab: Lab) -> None:
    lab.node("one", "ap-northeast-2a")
    lab.storage_class("wait", mode="WaitForFirstConsumer")
    volume(lab, "free", storageClassName="wait")
    for name in ("first", "second"):
        lab.claim(name, "10Gi", storage_class="wait")
    lab.pod("app", ["first", "second"])
    bound = {volume_of(lab, "first"), volume_of(lab, "second")}
    assert "free" in bound and len(bound) == 2
