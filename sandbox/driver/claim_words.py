"""Questions about claims, the pods that use them and the volumes behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.driver.profiles import PROFILES
from sandbox.kubernetes.quantity import to_bytes

Object = dict[str, Any]


def claim_names(pod: Object) -> Iterator[str]:
    """The claims that the pod mounts, all in its namespace."""
    for volume in pod["spec"].get("volumes") or []:
        if "persistentVolumeClaim" in volume:
            yield volume["persistentVolumeClaim"]["claimName"]


def is_finished(pod: Object) -> bool:
    """Whether the pod will never run again."""
    return str(pod.get("status", {}).get("phase")) in ("Succeeded", "Failed")


def is_unbound(claim: Object) -> bool:
    """Whether the claim has no volume yet."""
    return str(claim.get("status", {}).get("phase")) not in ("Bound", "Lost")


def needs_work(claim: Object) -> bool:
    """Whether the claim is waiting for a volume or for a larger one."""
    if is_unbound(claim):
        return True
    has = claim["status"].get("capacity", {}).get("storage", "0")
    return to_bytes(claim["spec"]["resources"]["requests"]["storage"]) > to_bytes(has)


def volume_id_of(volume: Object) -> str:
    """The EBS volume behind a PersistentVolume, CSI or in-tree; "" if it is not on EBS.

    In-tree ids look like `vol-1` or `aws://zone/vol-1`.
    """
    spec = volume["spec"]
    if spec.get("csi", {}).get("driver") in PROFILES:
        return str(spec["csi"]["volumeHandle"])
    return str(spec.get("awsElasticBlockStore", {}).get("volumeID", "")).rpartition("/")[2]
