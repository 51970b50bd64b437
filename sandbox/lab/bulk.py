"""Many bound claims at once, for scale tests: real EC2 volumes, and objects as the controllers write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kubernetes.store import Store
from sandbox.lab.applying import apply

Object = dict[str, Any]
CLAIMS = "persistentvolumeclaims"
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
    key: str = "",
) -> list[str]:
    """Make claims `bulk-0000`... in the namespace, bound to unattached gp3 volumes, until there are `count`;
    return all their names. `ec2` is a boto3 client; without a `key` the volumes are under the key of AWS."""
    apply(store, {"kind": "Namespace", "metadata": {"name": namespace}})
    present = {claim["metadata"]["name"] for claim in store.list(CLAIMS, namespace)}
    names = [f"bulk-{number:04d}" for number in range(count)]
    missing = [name for name in names if name not in present]
    # EC2 goes first, alone: the first object wakes the controllers, which share this process.
    volumes = [_create_volume(ec2, namespace, name, size_gib, zone, key) for name in missing]
    for name, volume_id in zip(missing, volumes, strict=True):
        _create_objects(store, _claim(namespace, name, f"{size_gib}Gi", labels or {}), volume_id, zone)
    return names


def _create_volume(ec2: Any, namespace: str, name: str, size_gib: int, zone: str, key: str) -> str:
    tags = {
        "CSIVolumeName": _volume_name(namespace, name),
        f"{DRIVER}/cluster": "true",
        "kubernetes.io/created-for/pvc/namespace": namespace,
        "kubernetes.io/created-for/pvc/name": name,
        "kubernetes.io/created-for/pv/name": _volume_name(namespace, name),
    }
    made = ec2.create_volume(
        AvailabilityZone=zone,
        Size=size_gib,
        VolumeType="gp3",
        Encrypted=True,
        **({"KmsKeyId": key} if key else {}),
        TagSpecifications=[
            {"ResourceType": "volume", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
        ],
    )
    return str(made["VolumeId"])


def _create_objects(store: Store, claim: Object, volume_id: str, zone: str) -> None:
    """The volume needs the claim's uid, and a bound claim without its volume would count as lost."""
    made = store.create(CLAIMS, claim["metadata"]["namespace"], claim)
    volume = store.create("persistentvolumes", None, _volume(made, volume_id, zone))
    bound = {
        "phase": "Bound",
        "accessModes": volume["spec"]["accessModes"],
        "capacity": volume["spec"]["capacity"],
    }
    meta = made["metadata"]
    store.update(CLAIMS, meta["namespace"], meta["name"], lambda obj: obj.update(status=bound))


def _volume_name(namespace: str, name: str) -> str:
    return f"pvc-{namespace}-{name}"


def _claim(namespace: str, name: str, size: str, labels: Mapping[str, str]) -> Object:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": dict(labels),
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
            "volumeName": _volume_name(namespace, name),
        },
        "status": {"phase": "Pending"},
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
            "capacity": claim["spec"]["resources"]["requests"],
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
