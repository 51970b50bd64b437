"""EBS volumes of EKS Auto Mode, on the deployed product: backed up both ways, restored and pruned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE
from tests.integration.api import Person
from tests.integration.deployed import Deployed, until
from tests.integration.flows.stage import NAMESPACE, staged
from tests.integration.flows.story import pass_time

AUTO_CLASS = "auto-ebs-sc"
WAITING_CLASS = "auto-ebs-sc-waiting"
"""Its volumes are made in the zone of the node where their first pod runs."""
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"


@pytest.fixture
def auto(product: Deployed) -> Iterator[Deployed]:
    """The product, with StorageClasses of Auto Mode as its docs write them, one for each binding mode."""
    names = {each["metadata"]["name"] for each in product.admin.get(CLASSES)["items"]}
    for name, mode in ((AUTO_CLASS, "Immediate"), (WAITING_CLASS, "WaitForFirstConsumer")):
        if name not in names:
            wanted = {"metadata": {"name": name}, "provisioner": AUTO_MODE.name}
            fields = {"parameters": {"type": "gp3", "encrypted": "true"}, "volumeBindingMode": mode}
            product.admin.create(CLASSES, wanted | fields)
    yield product
    product.cluster.call("faults", {"snapshot_crds": True})


def make_claim(product: Deployed, namespace: str, name: str = "data") -> str:
    """A bound claim of Auto Mode; the id of its volume."""
    if namespace not in {
        each["metadata"]["name"] for each in product.admin.get("/api/v1/namespaces")["items"]
    }:
        product.admin.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": AUTO_CLASS}
    spec |= {"resources": {"requests": {"storage": "4Gi"}}}
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims"
    product.admin.create(path, {"metadata": {"name": name}, "spec": spec})
    return volume_of(product, namespace, name)


def volume_of(product: Deployed, namespace: str, name: str) -> str:
    """The id of the volume of a claim, once it is bound."""
    path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}"

    def bound() -> dict[str, Any] | None:
        claim: dict[str, Any] = product.admin.get(path)
        return claim if claim.get("status", {}).get("phase") == "Bound" else None

    claim = until(bound, f"{namespace}/{name} to be bound")
    volume = product.admin.get(f"/api/v1/persistentvolumes/{claim['spec']['volumeName']}")
    assert volume["spec"]["csi"]["driver"] == AUTO_MODE.name
    return str(volume["spec"]["csi"]["volumeHandle"])


def restore(product: Deployed, namespace: str, point: str, **wish: Any) -> str:
    """Restore a point by the API; the id of the snapshot that the bound claim's volume was made from."""
    person = Person(product, f"ann-{namespace}")
    place = f"/v1/clusters/myeks/namespaces/{namespace}/restores"
    answer = person.post(place, {"recovery_point": point, "target": "back", **wish})
    assert answer.status == 202, answer.body
    volume = volume_of(product, namespace, "back")
    (made,) = product.sandbox.client("ec2").describe_volumes(VolumeIds=[volume])["Volumes"]
    return str(made["SnapshotId"])


def test_a_claim_is_backed_up_by_ebs_and_comes_back(auto: Deployed) -> None:
    make_claim(auto, "auto-ebs")
    auto.backup("auto-ebs")
    assert auto.until_closed("auto-ebs")["state"] == "completed"

    (snapshot,) = auto.snapshots("auto-ebs")
    assert snapshot.tags["eks:eks-cluster-name"] == "myeks"
    assert snapshot.tags["ebs.csi.eks.amazonaws.com/cluster"] == "true"
    assert snapshot.tags[tags.DRIVER] == AUTO_MODE.name
    assert restore(auto, "auto-ebs", snapshot.tags[tags.POINT]) == snapshot.id


def test_a_claim_is_backed_up_by_csi_without_tags_of_ours_in_the_class(auto: Deployed) -> None:
    volume = make_claim(auto, "auto-csi")
    auto.backup("auto-csi")
    assert auto.until_closed("auto-csi")["state"] == "completed"

    (point,) = auto.points("auto-csi")
    assert (point["method"], point["state"]) == ("csi", "ready")
    (snapshot,) = auto.snapshots("auto-csi")
    assert (snapshot.volume_id, snapshot.tags[tags.POINT]) == (volume, point["id"])
    assert snapshot.tags[tags.CLAIM] == "data"
    assert restore(auto, "auto-csi", point["id"]) == snapshot.id

    name = f"{point['id']}-{point['nonce']}"
    made = auto.admin.get(f"{SNAPSHOTS}/namespaces/auto-csi/volumesnapshots/{name}")
    assert snapshot.tags[tags.SNAPSHOT_NAME] == name
    assert made["spec"]["volumeSnapshotClassName"] == "snapkeep-myeks-auto"


def test_a_lost_event_is_made_up_for_by_reconcile(auto: Deployed) -> None:
    auto.sandbox.aws.settings(snapshot_events=0)
    make_claim(auto, "auto-lost")
    auto.backup("auto-lost")
    until(lambda: auto.points("auto-lost") or None, "the point")
    auto.sandbox.aws.wait_idle()
    path = f"{SNAPSHOTS}/namespaces/auto-lost/volumesnapshots"
    until(
        lambda: (
            any(each.get("status", {}).get("readyToUse") for each in auto.admin.get(path)["items"]) or None
        ),
        "the driver to cut it",
    )
    assert auto.points("auto-lost")[0]["state"] == "pending"

    auto.invoke("reconcile", {})

    assert auto.until_closed("auto-lost")["state"] == "completed"
    (snapshot,) = auto.snapshots("auto-lost")
    assert snapshot.tags[tags.CLAIM_UID] and snapshot.tags[tags.MANAGED] == "true"


def test_without_the_snapshot_controller_auto_mode_is_backed_up_by_ebs_and_says_so(auto: Deployed) -> None:
    make_claim(auto, "auto-bare")
    auto.cluster.call("faults", {"snapshot_crds": False})
    auto.backup("auto-bare")
    assert auto.until_closed("auto-bare")["state"] == "completed"

    (point,) = auto.points("auto-bare")
    assert (point["method"], point["state"]) == ("ebs", "ready")
    assert point["method_reason"] == (
        "by ebs instead of csi: the snapshot CRDs (snapshot.storage.k8s.io/v1) are not installed"
    )


def test_a_csi_point_is_pruned_with_its_objects(auto: Deployed) -> None:
    make_claim(auto, "auto-pruned")
    auto.backup("auto-pruned")
    auto.until_closed("auto-pruned")
    auto.prune()  # so that it is known what the policy kept before there were two
    (first,) = auto.snapshots("auto-pruned")
    pass_time(auto, timedelta(days=1))
    auto.backup("auto-pruned")
    auto.until_closed("auto-pruned")

    auto.prune()

    (left,) = auto.snapshots("auto-pruned")
    assert left.id != first.id
    name = left.tags[tags.SNAPSHOT_NAME]
    until(lambda: objects_of(auto, "auto-pruned") == {name} or None, "the first point's object to go")
    assert name.startswith(f"{left.tags[tags.POINT]}-")
    until(lambda: first.id not in handles(auto) or None, "the first point's content to go")


def objects_of(product: Deployed, namespace: str) -> set[str]:
    """The names of the VolumeSnapshots of a namespace."""
    found = product.admin.get(f"{SNAPSHOTS}/namespaces/{namespace}/volumesnapshots")["items"]
    return {each["metadata"]["name"] for each in found}


def handles(product: Deployed) -> set[str]:
    """The EC2 snapshots that contents name."""
    found = product.admin.get(f"{SNAPSHOTS}/volumesnapshotcontents")["items"]
    return {each.get("status", {}).get("snapshotHandle", "") for each in found}


@pytest.mark.slow
def test_a_dying_node_is_saved_in_the_two_minutes_and_its_database_moves(auto: Deployed) -> None:
    with staged(auto, "auto-dying", WAITING_CLASS) as stage:
        assert {each["spec"]["attacher"] for each in stage.attachments()} == {AUTO_MODE.name}
        auto.sandbox.aws.interrupt(stage.instance)
        stage.idle()

        snapshots = stage.saved()
        assert {each.tags[tags.CLAIM] for each in snapshots} == set(stage.claims)
        assert len({each.started_at for each in snapshots}) == 1, "cut in one moment"
        for snapshot in snapshots:
            assert snapshot.tags[tags.DRIVER] == AUTO_MODE.name
            assert snapshot.tags[AUTO_MODE.mark] == "true"
            assert snapshot.tags[AUTO_MODE.cluster_key] == "myeks"
        until(lambda: stage.on(stage.spare) or None, "the database to run elsewhere")
        stage.idle()
        assert stage.attachments() == []
        assert f"evicted {NAMESPACE}/{stage.app}" in stage.timeline()
