"""The lab world: an EKS cluster `myeks` with the workloads of the demo and of the tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.kubernetes.store import Store, timestamp
from sandbox.lab.applying import STORAGE, apply, manifests
from sandbox.lab.machines import MACHINES, Machine, csi_node, launch, launch_another, node

Object = dict[str, Any]

CLUSTER = "myeks"
REGION = "ap-northeast-2"
GROWN_CLAIM = ("default", "ebs-claim", "10Gi")
LEGACY_VOLUME = "myeks-legacy"
FILE_SYSTEM = "fs-0d1e2f3a4b5c6d7e8"
"""One that nobody has made, for those who never ask EFS about it."""
POLL_SECONDS = 0.02


class LabError(RuntimeError):
    """The lab did not settle; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Lab:
    """What was created. `instances` are EC2 ids by node name."""

    instances: dict[str, str]
    objects: int
    seconds: float


def seed(
    store: Store,
    ec2: Any,
    *,
    cluster: str = CLUSTER,
    region: str = REGION,
    limit: float = 20.0,
    key: str = "",
    file_system: str = FILE_SYSTEM,
) -> Lab:
    """Create machines and workloads and wait until all of them run; existing ones are left alone.

    `ec2` is a boto3 client; the controllers must be running on `store`. The ARN `key` encrypts the volumes,
    by default the key of AWS for EBS; `file_system` is the id of the lab's EFS file system. LabError after
    `limit` seconds.
    """
    started = time.monotonic()
    instances, made = _machines(store, ec2, cluster, region)
    values = {
        "FILE_SYSTEM": file_system,
        "LEGACY_VOLUME": _legacy_volume(ec2, cluster, region),
        "REGION": region,
    }
    made += sum(apply(store, _encrypted(obj, key)) for obj in manifests(values))
    _grow(store, limit)
    _wait(lambda: _missing(store), limit)
    return Lab(instances, made, time.monotonic() - started)


def furnish(store: Store, ec2: Any, *, cluster: str, region: str) -> Lab:
    """Create machines and storage classes, and nothing that runs on them."""
    started = time.monotonic()
    instances, made = _machines(store, ec2, cluster, region)
    made += sum(apply(store, obj) for obj in manifests({}, STORAGE))
    return Lab(instances, made, time.monotonic() - started)


def add_node(store: Store, ec2: Any, like: str, *, cluster: str = CLUSTER, region: str = REGION) -> str:
    """Launch a machine like that of an existing lab node, let it join, and return the new node's name."""
    machine, instance = launch_another(ec2, cluster, region, like)
    for obj in _objects(store, machine, instance, region):
        apply(store, obj)
    return machine.name(region)


def _machines(store: Store, ec2: Any, cluster: str, region: str) -> tuple[dict[str, str], int]:
    """The instance ids by node name, and how many objects were created for them."""
    instances = launch(ec2, cluster, region)
    objects = [{"kind": "Namespace", "metadata": {"name": name}} for name in ("default", "kube-system")]
    for machine in MACHINES:
        objects += _objects(store, machine, instances[machine.name(region)], region)
    return instances, sum(apply(store, obj) for obj in objects)


def _objects(store: Store, machine: Machine, instance: str, region: str) -> list[Object]:
    return [
        {"kind": "Node", **node(machine, instance, region, timestamp(store.clock()))},
        {"kind": "CSINode", **csi_node(machine, instance, region)},
    ]


def _encrypted(obj: Object, key: str) -> Object:
    """The object, or a storage class that encrypts with this key if it encrypts at all."""
    parameters = obj.get("parameters", {})
    return (
        {**obj, "parameters": {**parameters, "kmsKeyId": key}} if key and "encrypted" in parameters else obj
    )


def _legacy_volume(ec2: Any, cluster: str, region: str) -> str:
    """The volume's id, tagged as the in-tree plugin tagged the volumes it provisioned.

    https://github.com/kubernetes/kubernetes/blob/v1.26.0/pkg/controller/volume/persistentvolume/pv_controller.go
    """
    named = {
        "Name": LEGACY_VOLUME,
        "KubernetesCluster": cluster,
        "kubernetes.io/created-for/pv/name": "legacy-pv",
        "kubernetes.io/created-for/pvc/name": "legacy-claim",
        "kubernetes.io/created-for/pvc/namespace": "default",
    }
    tags = [{"Key": key, "Value": named[key]} for key in named]
    found = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": [LEGACY_VOLUME]}])["Volumes"]
    if found:
        return str(found[0]["VolumeId"])
    made = ec2.create_volume(
        AvailabilityZone=f"{region}a",
        Size=8,
        VolumeType="gp2",
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )
    return str(made["VolumeId"])


def _grow(store: Store, limit: float) -> None:
    """The claim really is created small; its volume and filesystem then grow."""
    namespace, name, size = GROWN_CLAIM
    _wait(lambda: _unbound(store.get("persistentvolumeclaims", namespace, name)), limit)

    def ask(claim: Object) -> None:
        claim["spec"]["resources"]["requests"]["storage"] = size

    store.update("persistentvolumeclaims", namespace, name, ask)
    _wait(lambda: _ungrown(store.get("persistentvolumeclaims", namespace, name), size), limit)


def _unbound(claim: Object) -> str:
    bound = claim.get("status", {}).get("phase") == "Bound"
    return "" if bound else f"claim {claim['metadata']['name']} is not bound"


def _ungrown(claim: Object, size: str) -> str:
    grown = claim["status"]["capacity"]["storage"] == size
    return "" if grown else f"claim {claim['metadata']['name']} has not grown to {size}"


def _missing(store: Store) -> str:
    """What the lab is still waiting for; "" once every pod runs."""
    deployments = store.list("deployments")
    late = [
        f"deployment {each['metadata']['name']}"
        for each in deployments
        if each.get("status", {}).get("readyReplicas", 0) < each["spec"]["replicas"]
    ]
    late += [
        f"pod {each['metadata']['name']}"
        for each in store.list("pods")
        if each.get("status", {}).get("phase") != "Running"
    ]
    return f"not running: {', '.join(late)}" if late else ""


def _wait(missing: Callable[[], str], limit: float) -> None:
    end = time.monotonic() + limit
    while problem := missing():
        if time.monotonic() > end:
            raise LabError(f"the lab did not settle within {limit:.0f} s: {problem}")
        time.sleep(POLL_SECONDS)
