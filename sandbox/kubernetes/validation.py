"""The rules an object must keep, with the texts of the real API server.

Sources: k8s.io/kubernetes `pkg/apis/core/validation`, k8s.io/apimachinery `pkg/api/validation` and the
CustomResourceDefinitions of kubernetes-csi/external-snapshotter v8.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.kubernetes import policies, snapshot_rules
from sandbox.kubernetes.causes import Causes, forbidden_field, invalid_value, required
from sandbox.kubernetes.errors import invalid
from sandbox.kubernetes.quantity import quantity
from sandbox.kubernetes.resources import Resource

Object = dict[str, Any]

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_PATH_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/%]+")

_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_IMMUTABLE_CLAIM = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims"
)

_LABEL_NAMED = frozenset({"namespaces", "services"})
_PATH_NAMED = frozenset({"clusterroles", "clusterrolebindings", "roles", "rolebindings"})


def check_new(resource: Resource, obj: Object) -> None:
    """Raises ApiError 422 with every rule a new object breaks."""
    causes = _metadata(resource, obj)
    rule = _NEW.get(resource.plural)
    if rule:
        causes += rule(obj)
    _refuse(resource, obj, causes)


def check_changed(resource: Resource, old: Object, new: Object) -> None:
    """Raises ApiError 422 with every rule that the change from `old` to `new` breaks."""
    causes = _metadata(resource, new) + _finalizers(old, new)
    if resource.plural in _POLICIES:
        causes += _POLICIES[resource.plural](new)
    elif resource.custom:
        causes += snapshot_rules.changed(resource.plural, old, new)
    elif resource.plural == "persistentvolumeclaims":
        causes += _claim_changed(old, new)
    elif resource.plural in ("clusterrolebindings", "rolebindings") and old["roleRef"] != new.get("roleRef"):
        causes += invalid_value("roleRef", new.get("roleRef"), "cannot change roleRef")
    elif resource.plural == "storageclasses" and old.get("parameters") != new.get("parameters"):
        causes += forbidden_field("parameters", "updates to parameters are forbidden.")
    _refuse(resource, new, causes)


def _refuse(resource: Resource, obj: Object, causes: Causes) -> None:
    if causes:
        raise invalid(resource, obj["metadata"].get("name", ""), causes)


def _metadata(resource: Resource, obj: Object) -> Causes:
    meta = obj["metadata"]
    causes = _name(resource, meta)
    for key, value in (meta.get("labels") or {}).items():
        if not isinstance(value, str) or len(value) > 63:
            causes += invalid_value("metadata.labels", value, "must be no more than 63 bytes")
        elif not _LABEL_VALUE.fullmatch(value):
            causes += invalid_value("metadata.labels", value, _LABEL_VALUE_TEXT)
        causes += _key("metadata.labels", key)
    for key in meta.get("annotations") or {}:
        causes += _key("metadata.annotations", key.lower())
    return causes


def _key(field: str, key: str) -> Causes:
    prefix, slash, name = key.rpartition("/")
    if not name or not _LABEL_VALUE.fullmatch(name):
        text = (
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
            "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
            "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        )
        return invalid_value(field, key, text)
    if len(name) > 63:
        return invalid_value(field, key, "name part must be no more than 63 bytes")
    if slash and not _SUBDOMAIN.fullmatch(prefix):
        return invalid_value(field, key, f"prefix part {_SUBDOMAIN_TEXT}")
    return []


def _name(resource: Resource, meta: Object) -> Causes:
    name = meta.get("name")
    if not name:
        if meta.get("generateName"):
            return []
        return required("metadata.name", "name or generateName is required")
    if resource.plural in _PATH_NAMED:
        text = "may not contain '/'"
        return [] if _PATH_SEGMENT.fullmatch(name) else invalid_value("metadata.name", name, text)
    short = resource.plural in _LABEL_NAMED
    pattern, text, longest = (_LABEL, _LABEL_TEXT, 63) if short else (_SUBDOMAIN, _SUBDOMAIN_TEXT, 253)
    if len(name) > longest:
        return invalid_value("metadata.name", name, f"must be no more than {longest} bytes")
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


def _new_claim(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    causes: Causes = []
    modes = spec.get("accessModes") or []
    if not modes:
        causes += required("spec.accessModes", "at least 1 access mode is required")
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        causes += required("spec.resources[storage]")
    elif quantity(storage) <= 0:
        field = "spec.resources[storage]"
        causes += invalid_value(field, storage, "must be greater than zero")
    return causes


def _claim_changed(old: Object, new: Object) -> Causes:
    before, after = dict(old.get("spec") or {}), dict(new.get("spec") or {})
    was, wants = before.pop("resources", {}), after.pop("resources", {})
    bound = bool(old["spec"].get("volumeName"))
    for field in ("volumeAttributesClassName",) if bound else ("volumeName",):
        before.pop(field, None)
        after.pop(field, None)
    if not before.get("storageClassName"):
        before.pop("storageClassName", None)
        after.pop("storageClassName", None)
    if before != after or (was != wants and old.get("status", {}).get("phase") != "Bound"):
        return forbidden_field("spec", _IMMUTABLE_CLAIM)
    asked = quantity((wants.get("requests") or {}).get("storage", "0"))
    previous = quantity((was.get("requests") or {}).get("storage", "0"))
    capacity = quantity((old.get("status", {}).get("capacity") or {}).get("storage", "0"))
    if asked < previous and asked <= capacity:
        text = "field can not be less than status.capacity"
        return forbidden_field("spec.resources.requests.storage", text)
    return []


def _new_volume(obj: Object) -> Causes:
    spec = obj.get("spec") or {}
    causes: Causes = []
    if not spec.get("accessModes"):
        causes += required("spec.accessModes")
    if not (spec.get("capacity") or {}).get("storage"):
        causes += required("spec.capacity")
    return causes


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


def _new_storage_class(obj: Object) -> Causes:
    return [] if obj.get("provisioner") else required("provisioner")


def _new_binding(obj: Object) -> Causes:
    return [] if (obj.get("roleRef") or {}).get("name") else required("roleRef.name")


def _new_event(obj: Object) -> Causes:
    wanted = (obj.get("involvedObject") or {}).get("namespace") or "default"
    if obj["metadata"].get("namespace") == wanted:
        return []
    return invalid_value("involvedObject.namespace", wanted, "does not match event.namespace")


_POLICIES = {
    "validatingadmissionpolicies": policies.check_policy,
    "validatingadmissionpolicybindings": policies.check_binding,
}
_NEW = {
    **_POLICIES,
    "persistentvolumeclaims": _new_claim,
    "persistentvolumes": _new_volume,
    "pods": _new_pod,
    "storageclasses": _new_storage_class,
    "clusterrolebindings": _new_binding,
    "rolebindings": _new_binding,
    "events": _new_event,
    "volumesnapshots": snapshot_rules.new_snapshot,
    "volumesnapshotcontents": snapshot_rules.new_content,
    "volumesnapshotclasses": snapshot_rules.new_class,
}
