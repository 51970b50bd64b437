"""Binding claims to existing volumes: which volume fits, and how both objects look afterwards.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from sandbox.driver import volume_matching as matching
from sandbox.driver.cluster import Cluster, annotate
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.worker import key_of

VOLUMES = "persistentvolumes"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"


def volume_for(cluster: Cluster, claim: Object, *, waits: bool) -> Object | None:
    """The volume the claim names, or one made or reserved for it, or the smallest free one that fits.

    If the class waits for a consumer, the scheduler binds the free ones.
    """
    name = claim["spec"].get("volumeName")
    if name:
        volume = cluster.find(VOLUMES, None, name)
        return volume if volume is not None and _may_be_bound(volume, claim) else None
    provisioned = cluster.find(VOLUMES, None, f"pvc-{claim['metadata']['uid']}")
    if provisioned is not None and matching.is_reserved_for(provisioned, claim):
        return provisioned
    return matching.best_for_controller(claim, cluster.peek(VOLUMES), waits=waits)


def waits_for_consumer(cluster: Cluster, claim: Object) -> bool:
    """Whether the claim's class leaves the choice of volume to the scheduler."""
    name = claim["spec"].get("storageClassName")
    found = cluster.find("storageclasses", None, name) if name else None
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def reserve(cluster: Cluster, claim: Object, volume: Object) -> None:
    """Write the claim into the volume, as the scheduler does before the controller binds the two."""

    def write(obj: Object) -> None:
        if not obj["spec"].get("claimRef"):
            obj["spec"]["claimRef"] = claim_reference(claim)
            annotate(obj, **{BOUND_BY_CONTROLLER: "yes"})

    cluster.change(VOLUMES, None, volume["metadata"]["name"], write)


def bind(cluster: Cluster, claim: Object, volume: Object) -> None:
    """Write the binding to both sides, the volume first, as the volume controller does.

    A volume that another claim took meanwhile stays with that claim.
    """
    namespace, name = key_of(claim)
    by_controller = not claim["spec"].get("volumeName")
    chosen = not matching.is_reserved_for(volume, claim)

    def bind_volume(obj: Object) -> None:
        if obj["spec"].get("claimRef") and not matching.is_reserved_for(obj, claim):
            return
        obj["spec"]["claimRef"] = claim_reference(claim)
        obj.setdefault("status", {})["phase"] = "Bound"
        if chosen:
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

    written = cluster.change(VOLUMES, None, volume["metadata"]["name"], bind_volume)
    if written is None or not matching.is_reserved_for(written, claim):
        return  # gone, or given to another claim meanwhile
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


def _may_be_bound(volume: Object, claim: Object) -> bool:
    """Whether a volume named by the claim is already the claim's, or is free and fits."""
    if matching.is_reserved_for(volume, claim):
        return True
    return not volume["spec"].get("claimRef") and not matching.misfit(volume, claim)
