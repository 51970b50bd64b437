"""An object's validation rules, with the real API server's texts.

Sources: k8s.io/kubernetes `pkg/apis/core/validation`, k8s.io/apimachinery `pkg/api/validation` and the
CustomResourceDefinitions of kubernetes-csi/external-snapshotter v8.
"""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes import node_rules, policies, snapshot_rules, storage_rules
from sandbox.kubernetes.causes import Causes, forbidden_field, invalid_value, required
from sandbox.kubernetes.errors import invalid
from sandbox.kubernetes.names import (
    LABEL,
    LABEL_TEXT,
    PATH_SEGMENT,
    SUBDOMAIN,
    SUBDOMAIN_TEXT,
    key_causes,
    value_causes,
)
from sandbox.kubernetes.resources import Resource

Object = dict[str, Any]

_LABEL_NAMED = frozenset({"namespaces", "services"})
_PATH_NAMED = frozenset({"clusterroles", "clusterrolebindings", "roles", "rolebindings"})


def check_new(resource: Resource, obj: Object) -> None:
    """Raise ApiError 422 with every rule a new object breaks."""
    causes = _metadata(resource, obj)
    rule = _NEW.get(resource.plural)
    if rule:
        causes += rule(obj)
    _refuse(resource, obj, causes)


def check_changed(resource: Resource, old: Object, new: Object) -> None:
    """Raise ApiError 422 with every rule that the change from `old` to `new` breaks."""
    causes = _metadata(resource, new) + _finalizers(old, new)
    if resource.plural in _POLICIES:
        causes += _POLICIES[resource.plural](new)
    elif resource.custom:
        causes += snapshot_rules.changed(resource.plural, old, new)
    elif resource.plural in _CHANGED:
        causes += _CHANGED[resource.plural](old, new)
    _refuse(resource, new, causes)


def _refuse(resource: Resource, obj: Object, causes: Causes) -> None:
    if causes:
        raise invalid(resource, obj["metadata"].get("name", ""), causes)


def _metadata(resource: Resource, obj: Object) -> Causes:
    meta = obj["metadata"]
    causes = _name(resource, meta)
    for key, value in (meta.get("labels") or {}).items():
        causes += value_causes("metadata.labels", value)
        causes += key_causes("metadata.labels", key)
    for key in meta.get("annotations") or {}:
        causes += key_causes("metadata.annotations", key.lower())
    return causes


def _name(resource: Resource, meta: Object) -> Causes:
    name = meta.get("name")
    if not name:
        if meta.get("generateName"):
            return []
        return required("metadata.name", "name or generateName is required")
    if resource.plural in _PATH_NAMED:
        text = "may not contain '/'"
        return [] if PATH_SEGMENT.fullmatch(name) else invalid_value("metadata.name", name, text)
    short = resource.plural in _LABEL_NAMED
    pattern, text, longest = (LABEL, LABEL_TEXT, 63) if short else (SUBDOMAIN, SUBDOMAIN_TEXT, 253)
    if len(name) > longest:
        return invalid_value("metadata.name", name, f"must be no more than {longest} characters")
    return [] if pattern.fullmatch(name) else invalid_value("metadata.name", name, text)


def _finalizers(old: Object, new: Object) -> Causes:
    if "deletionTimestamp" not in old["metadata"]:
        return []
    held = old["metadata"].get("finalizers") or []
    added = [name for name in new["metadata"].get("finalizers") or [] if name not in held]
    if not added:
        return []
    quoted = ", ".join(f'"{name}"' for name in added)
    text = (
        "no new finalizers can be added if the object is being deleted, found new finalizers "
        f"[]string{{{quoted}}}"
    )
    return forbidden_field("metadata.finalizers", text)


def _new_pod(obj: Object) -> Causes:
    containers = (obj.get("spec") or {}).get("containers") or []
    if not containers:
        return required("spec.containers")
    return [
        cause
        for index, row in enumerate(containers)
        for field in ("name", "image")
        if not row.get(field)
        for cause in required(f"spec.containers[{index}].{field}")
    ]


def _new_binding(obj: Object) -> Causes:
    return [] if (obj.get("roleRef") or {}).get("name") else required("roleRef.name")


def _new_lease(obj: Object) -> Causes:
    seconds = (obj.get("spec") or {}).get("leaseDurationSeconds", 1)
    if seconds > 0:
        return []
    return invalid_value("spec.leaseDurationSeconds", seconds, "must be greater than 0")


def _binding_changed(old: Object, new: Object) -> Causes:
    if old["roleRef"] == new.get("roleRef"):
        return []
    return invalid_value("roleRef", new.get("roleRef"), "cannot change roleRef")


def _new_event(obj: Object) -> Causes:
    given = (obj.get("involvedObject") or {}).get("namespace", "")
    if obj["metadata"].get("namespace") == (given or "default"):
        return []
    return invalid_value("involvedObject.namespace", given, "does not match event.namespace")


_POLICIES = {
    "validatingadmissionpolicies": policies.check_policy,
    "validatingadmissionpolicybindings": policies.check_binding,
}
_NEW = {
    **_POLICIES,
    "nodes": node_rules.new_node,
    "persistentvolumeclaims": storage_rules.new_claim,
    "persistentvolumes": storage_rules.new_volume,
    "volumeattachments": storage_rules.new_attachment,
    "pods": _new_pod,
    "storageclasses": storage_rules.new_class,
    "clusterrolebindings": _new_binding,
    "rolebindings": _new_binding,
    "events": _new_event,
    "leases": _new_lease,
    "volumesnapshots": snapshot_rules.new_snapshot,
    "volumesnapshotcontents": snapshot_rules.new_content,
    "volumesnapshotclasses": snapshot_rules.new_class,
}
_CHANGED = {
    "nodes": node_rules.node_changed,
    "persistentvolumeclaims": storage_rules.claim_changed,
    "volumeattachments": storage_rules.attachment_changed,
    "storageclasses": storage_rules.class_changed,
    "clusterrolebindings": _binding_changed,
    "rolebindings": _binding_changed,
}
