"""Binding claims to volumes that exist: which volume fits, and what both objects look like afterwards.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from sandbox.driver.cluster import Cluster, annotate, is_deleting, labels_of
from sandbox.driver.quantities import to_bytes
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.worker import key_of

VOLUMES = "persistentvolumes"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"


def volume_for(cluster: Cluster, claim: Object) -> Object | None:
    """The volume the claim names, or one made or reserved for it, or the smallest free one that fits."""
    name = claim["spec"].get("volumeName")
    if name:
        volume = cluster.find(VOLUMES, None, name)
        return volume if volume is not None and _is_free_for(volume, claim) else None
    provisioned = cluster.find(VOLUMES, None, f"pvc-{claim['metadata']['uid']}")
    if provisioned is not None:
        return provisioned
    volumes = [volume for volume in cluster.peek(VOLUMES) if _is_free_for(volume, claim)]
    reserved = [volume for volume in volumes if "claimRef" in volume["spec"]]
    fitting = sorted((each for each in volumes if _fits(each, claim)), key=_size)
    return next(iter(reserved + fitting), None)


def bind(cluster: Cluster, claim: Object, volume: Object) -> None:
    """Write the binding to both sides, first the volume, as the volume controller does."""
    namespace, name = key_of(claim)
    by_controller = not claim["spec"].get("volumeName")

    def bind_volume(obj: Object) -> None:
        obj["spec"]["claimRef"] = claim_reference(claim)
        obj.setdefault("status", {})["phase"] = "Bound"
        if by_controller:
            annotate(obj, **{BOUND_BY_CONTROLLER: "yes"})

    def bind_claim(obj: Object) -> None:
        obj["spec"]["volumeName"] = volume["metadata"]["name"]
        annotate(obj, **{BIND_COMPLETED: "yes"})
        if by_controller:
            annotate(obj, **{BOUND_BY_CONTROLLER: "yes"})
        obj["status"] = {
            "phase": "Bound",
            "accessModes": list(volume["spec"]["accessModes"]),
            "capacity": {"storage": volume["spec"]["capacity"]["storage"]},
        }

    cluster.change(VOLUMES, None, volume["metadata"]["name"], bind_volume)
    cluster.change(CLAIMS, namespace, name, bind_claim)


def claim_reference(claim: Object) -> Object:
    """What a volume's claimRef says about its claim."""
    namespace, name = key_of(claim)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "namespace": namespace,
        "name": name,
        "uid": claim["metadata"]["uid"],
        "resourceVersion": claim["metadata"]["resourceVersion"],
    }


def _is_free_for(volume: Object, claim: Object) -> bool:
    if is_deleting(volume) or volume.get("status", {}).get("phase") in ("Released", "Failed"):
        return False
    reference = volume["spec"].get("claimRef")
    if reference is None:
        return True
    same_name = (reference.get("namespace"), reference.get("name")) == key_of(claim)
    return same_name and reference.get("uid") in (None, "", claim["metadata"]["uid"])


def _fits(volume: Object, claim: Object) -> bool:
    wanted, offered = claim["spec"], volume["spec"]
    selector = (wanted.get("selector") or {}).get("matchLabels") or {}
    return (
        "claimRef" not in offered
        and (wanted.get("storageClassName") or "") == (offered.get("storageClassName") or "")
        and set(wanted.get("accessModes", [])) <= set(offered.get("accessModes", []))
        and wanted.get("volumeMode", "Filesystem") == offered.get("volumeMode", "Filesystem")
        and _size(volume) >= to_bytes(wanted["resources"]["requests"]["storage"])
        and selector.items() <= labels_of(volume).items()
        and not (wanted.get("dataSource") or wanted.get("dataSourceRef"))
    )


def _size(volume: Object) -> int:
    return to_bytes(volume["spec"]["capacity"]["storage"])
