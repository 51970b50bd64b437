"""The rules of claims, volumes, attachments and storage classes.

Source: k8s.io/kubernetes `pkg/apis/core/validation` and `pkg/apis/storage/validation`.
"""

from __future__ import annotations

import difflib
import json
from typing import Any

from sandbox.kubernetes.causes import Causes, forbidden_field, invalid_value, not_supported, required
from sandbox.kubernetes.names import SUBDOMAIN, SUBDOMAIN_TEXT
from sandbox.kubernetes.quantity import quantity

Object = dict[str, Any]

_ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
_BESIDE_THE_SOURCE = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)
"""The fields of a PersistentVolume's spec that do not name a kind of volume."""

_VOLUME_MODES = ["Block", "Filesystem"]
_IMMUTABLE_CLAIM = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims"
)


def new_claim(obj: Object) -> Causes:
    """The rules that a new PersistentVolumeClaim breaks."""
    spec = obj.get("spec") or {}
    modes = spec.get("accessModes") or []
    causes: Causes = []
    if not modes:
        causes += required("spec.accessModes", "at least 1 access mode is required")
    causes += _modes(modes)
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        causes += required("spec.resources[storage]")
    elif quantity(storage) <= 0:
        causes += invalid_value("spec.resources[storage]", storage, "must be greater than zero")
    return causes + _volume_mode(spec)


def claim_changed(old: Object, new: Object) -> Causes:
    """The rules that a claim's change breaks: the spec is fixed, but a bound claim may ask for more."""
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
        return forbidden_field("spec", f"{_IMMUTABLE_CLAIM}\n{_difference(old['spec'], new['spec'])}")
    asked = quantity((wants.get("requests") or {}).get("storage", "0"))
    previous = quantity((was.get("requests") or {}).get("storage", "0"))
    capacity = quantity((old.get("status", {}).get("capacity") or {}).get("storage", "0"))
    if asked < previous and asked <= capacity:
        text = "field can not be less than status.capacity"
        return forbidden_field("spec.resources.requests.storage", text)
    return []


def new_volume(obj: Object) -> Causes:
    """The rules that a new PersistentVolume breaks."""
    spec = obj.get("spec") or {}
    causes: Causes = []
    if not spec.get("accessModes"):
        causes += required("spec.accessModes")
    causes += _modes(spec.get("accessModes") or [])
    if not (spec.get("capacity") or {}).get("storage"):
        causes += required("spec.capacity")
    if not spec.keys() - _BESIDE_THE_SOURCE:
        causes += required("spec", "must specify a volume type")
    return causes + _volume_mode(spec)


def new_attachment(obj: Object) -> Causes:
    """The rules that a new VolumeAttachment breaks."""
    spec = obj.get("spec") or {}
    source, node = spec.get("source") or {}, spec.get("nodeName", "")
    causes = [] if spec.get("attacher") else required("spec.attacher")
    if ("persistentVolumeName" in source) is ("inlineVolumeSpec" in source):
        text = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        causes += required("spec.source", text)
    if not SUBDOMAIN.fullmatch(node):
        causes += invalid_value("spec.nodeName", node, SUBDOMAIN_TEXT)
    return causes


def attachment_changed(old: Object, new: Object) -> Causes:
    """The rules that a VolumeAttachment's change breaks: its spec never changes."""
    if old.get("spec") == new.get("spec"):
        return []
    spec = new.get("spec") or {}
    source = spec.get("source") or {}
    shown = {
        "Attacher": spec.get("attacher", ""),
        "Source": {
            "PersistentVolumeName": source.get("persistentVolumeName"),
            "InlineVolumeSpec": source.get("inlineVolumeSpec"),
        },
        "NodeName": spec.get("nodeName", ""),
    }
    return invalid_value("spec", shown, "field is immutable")


def new_class(obj: Object) -> Causes:
    """The rules that a new StorageClass breaks."""
    causes = [] if obj.get("provisioner") else required("provisioner")
    for field, allowed in (
        ("reclaimPolicy", ["Delete", "Retain"]),
        ("volumeBindingMode", ["Immediate", "WaitForFirstConsumer"]),
    ):
        if obj.get(field) not in allowed:
            causes += not_supported(field, obj.get(field), allowed)
    return causes


def class_changed(old: Object, new: Object) -> Causes:
    """The rules that a StorageClass's change breaks."""
    if old.get("parameters") == new.get("parameters"):
        return []
    return forbidden_field("parameters", "updates to parameters are forbidden.")


def _modes(modes: list[str]) -> Causes:
    causes = [
        cause
        for mode in modes
        if mode not in _ACCESS_MODES
        for cause in not_supported("spec.accessModes", mode, _ACCESS_MODES)
    ]
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        text = "may not use ReadWriteOncePod with other access modes"
        causes += forbidden_field("spec.accessModes", text)
    return causes


def _volume_mode(spec: Object) -> Causes:
    mode = spec.get("volumeMode", "Filesystem")
    return [] if mode in _VOLUME_MODES else not_supported("spec.volumeMode", mode, _VOLUME_MODES)


def _difference(old: Object, new: Object) -> str:
    """The two specs side by side, as the server prints its own structure of them."""
    before, after = (json.dumps(_internal(spec), indent=1).splitlines() for spec in (old, new))
    lines = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
    return "".join(f"{line}\n" for line in lines)


def _internal(spec: Object) -> Object:
    resources = spec.get("resources") or {}
    return {
        "AccessModes": spec.get("accessModes"),
        "Selector": spec.get("selector"),
        "Resources": {"Limits": resources.get("limits"), "Requests": resources.get("requests")},
        "VolumeName": spec.get("volumeName", ""),
        "StorageClassName": spec.get("storageClassName"),
        "VolumeMode": spec.get("volumeMode"),
        "DataSource": spec.get("dataSource"),
        "DataSourceRef": spec.get("dataSourceRef"),
        "VolumeAttributesClassName": spec.get("volumeAttributesClassName"),
    }
