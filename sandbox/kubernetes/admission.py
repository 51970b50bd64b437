"""Admission checks that read other objects: the namespace, and the class of a growing claim."""

from __future__ import annotations

from sandbox.kubernetes import errors
from sandbox.kubernetes.quantity import quantity
from sandbox.kubernetes.requests import Object, Target
from sandbox.kubernetes.resources import RESOURCES
from sandbox.kubernetes.store import NotFound, Store

_RESIZE = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
    "support resize"
)


def refuse_terminating(store: Store, target: Target, obj: Object) -> None:
    """Raise ApiError 404 if a new object's namespace is absent, 403 if it is being deleted."""
    if target.namespace is None:
        return
    try:
        namespace = store.peek("namespaces", None, target.namespace)
    except NotFound as problem:
        raise errors.not_found(RESOURCES["namespaces"], target.namespace) from problem
    if "deletionTimestamp" in namespace["metadata"]:
        why = f"unable to create new content in namespace {target.namespace} because it is being terminated"
        cause = {
            "reason": "NamespaceTerminating",
            "message": f"namespace {target.namespace} is being terminated",
            "field": "metadata.namespace",
        }
        raise errors.forbidden(target.resource, obj["metadata"].get("name", ""), why, [cause])


def check_resize(store: Store, target: Target, old: Object, new: Object) -> None:
    """Raise ApiError 403 if a claim grows and its StorageClass does not allow expansion."""
    if target.resource.plural != "persistentvolumeclaims" or _storage(new) <= _storage(old):
        return
    if old.get("status", {}).get("phase") != "Bound":
        return
    try:
        allows = store.peek("storageclasses", None, old["spec"].get("storageClassName") or "")
    except NotFound:
        allows = {}
    if not allows.get("allowVolumeExpansion"):
        raise errors.forbidden(target.resource, target.name, _RESIZE)


def _storage(claim: Object) -> float:
    requests = (claim.get("spec", {}).get("resources") or {}).get("requests") or {}
    return float(quantity(requests.get("storage", "0")))
