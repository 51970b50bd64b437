"""Many bound claims at once, for tests of scale: real EC2 volumes, objects as the controllers would write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]
DRIVER = "ebs.csi.aws.com"


def bulk_claims(
    store: Store,
    ec2: Any,
    count: int,
    namespace: str,
    *,
    size_gib: int = 1,
    labels: Mapping[str, str] | None = None,
    zone: str = "ap-northeast-2a",
) -> list[str]:
    """Make claims `bulk-0000`... in the namespace, bound to unattached gp3 volumes, until there are `count`;
    returns the names of all. `ec2` is a boto3 client."""
    names = [f"bulk-{number:04d}" for number in range(count)]
    present = {claim["metadata"]["name"] for claim in store.list("persistentvolumeclaims", namespace)}
    missing = [name for name in names if name not in present]
    _ensure_namespace(store, namespace)

    def make(name: str) -> None:
        volume_name = f"pvc-{namespace}-{name}"
        tags = {
            "CSIVolumeName": volume_name,
            f"{DRIVER}/cluster": "true",
            "kubernetes.io/created-for/pvc/namespace": namespace,
            "kubernetes.io/created-for/pvc/name": name,
            "kubernetes.io/created-for/pv/name": volume_name,
        }
        made = ec2.create_volume(
            AvailabilityZone=zone,
            Size=size_gib,
            VolumeType="gp3",
            Encrypted=True,
            TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
            ],
        )
        claim = store.create(
            "persistentvolumeclaims",
            namespace,
            _claim(name, volume_name, f"{size_gib}Gi", dict(labels or {})),
        )
        store.create("persistentvolumes", None, _volume(claim, made["VolumeId"], zone))

    for name in missing:
        make(name)
    return names


def _ensure_namespace(store: Store, name: str) -> None:
    try:
        store.get("namespaces", None, name)
    except NotFound:
        meta = {"name": name, "labels": {"kubernetes.io/metadata.name": name}}
        store.create(
            "namespaces",
            None,
            {"metadata": meta, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}},
        )


def _claim(name: str, volume_name: str, size: str, labels: dict[str, str]) -> Object:
    return {
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {
                "pv.kubernetes.io/bind-completed": "yes",
                "pv.kubernetes.io/bound-by-controller": "yes",
                "volume.kubernetes.io/storage-provisioner": DRIVER,
            },
            "finalizers": ["kubernetes.io/pvc-protection"],
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            "storageClassName": "gp3",
            "volumeMode": "Filesystem",
            "volumeName": volume_name,
        },
        "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}},
    }


def _volume(claim: Object, volume_id: str, zone: str) -> Object:
    meta = claim["metadata"]
    in_zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}
    return {
        "metadata": {
            "name": claim["spec"]["volumeName"],
            "annotations": {"pv.kubernetes.io/provisioned-by": DRIVER},
            "finalizers": ["kubernetes.io/pv-protection"],
        },
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": claim["status"]["capacity"],
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": meta["name"],
                "namespace": meta["namespace"],
                "uid": meta["uid"],
            },
            "csi": {"driver": DRIVER, "fsType": "xfs", "volumeHandle": volume_id},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [in_zone]}]}},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "gp3",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Bound"},
    }
