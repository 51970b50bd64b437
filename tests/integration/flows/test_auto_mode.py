"""EBS volumes of EKS Auto Mode, on the deployed product: backed up by ebs, and restored."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain import tags
from snapkeep.domain.drivers import AUTO_MODE
from tests.integration.api import Person
from tests.integration.deployed import Deployed, until

AUTO_CLASS = "auto-ebs-sc"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


@pytest.fixture
def auto(product: Deployed) -> Deployed:
    """The product, with a StorageClass of Auto Mode as its docs write it."""
    names = {each["metadata"]["name"] for each in product.admin.get(CLASSES)["items"]}
    if AUTO_CLASS not in names:
        wanted = {"metadata": {"name": AUTO_CLASS}, "provisioner": AUTO_MODE.name}
        fields = {"parameters": {"type": "gp3", "encrypted": "true"}, "volumeBindingMode": "Immediate"}
        product.admin.create(CLASSES, wanted | fields)
    return product


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


def test_a_csi_policy_takes_it_by_ebs_and_says_why(auto: Deployed) -> None:
    make_claim(auto, "auto-csi")
    auto.backup("auto-csi")
    assert auto.until_closed("auto-csi")["state"] == "completed"

    (point,) = auto.points("auto-csi")
    assert (point["method"], point["state"]) == ("ebs", "ready")
    assert point["method_reason"] == f"by ebs instead of csi: {AUTO_MODE.name} may not write our tags"
