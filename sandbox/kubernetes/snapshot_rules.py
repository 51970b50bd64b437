"""The rules of the snapshot CustomResourceDefinitions: kubernetes-csi/external-snapshotter v8."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.causes import Causes, invalid_rule, invalid_value, not_supported, required

Object = dict[str, Any]

UNCHECKED = (
    "some validation rules were not checked because the object was invalid; correct the existing errors to "
    "complete validation"
)
_POLICIES = ["Delete", "Retain"]
_SNAPSHOT_SOURCES = ("volumeSnapshotContentName", "persistentVolumeClaimName")
_CONTENT_SOURCES = ("volumeHandle", "snapshotHandle")


def new_snapshot(obj: Object) -> Causes:
    """The rules that a new VolumeSnapshot breaks."""
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return _unchecked(required("spec"))
    if not isinstance(spec.get("source"), dict):
        return _unchecked(required("spec.source"))
    causes = _one_of(spec["source"], _SNAPSHOT_SOURCES)
    if spec.get("volumeSnapshotClassName") == "":
        text = "volumeSnapshotClassName must not be the empty string when set"
        causes += invalid_value("spec.volumeSnapshotClassName", "", text)
    return causes


def new_content(obj: Object) -> Causes:
    """The rules that a new VolumeSnapshotContent breaks."""
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return _unchecked(required("spec"))
    causes = [
        cause
        for field in ("deletionPolicy", "driver", "source", "volumeSnapshotRef")
        if field not in spec
        for cause in required(f"spec.{field}")
    ]
    if spec.get("deletionPolicy", "Delete") not in _POLICIES:
        causes += not_supported("spec.deletionPolicy", spec["deletionPolicy"], _POLICIES)
    if causes:
        return _unchecked(causes)
    reference = spec["volumeSnapshotRef"]
    if not (reference.get("name") and reference.get("namespace")):
        text = "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set"
        causes += invalid_rule("spec.volumeSnapshotRef", text)
    return causes + _one_of(spec["source"], _CONTENT_SOURCES)


def new_class(obj: Object) -> Causes:
    """The rules that a new VolumeSnapshotClass breaks."""
    causes = [
        cause for field in ("deletionPolicy", "driver") if not obj.get(field) for cause in required(field)
    ]
    if obj.get("deletionPolicy") and obj["deletionPolicy"] not in _POLICIES:
        causes += not_supported("deletionPolicy", obj["deletionPolicy"], _POLICIES)
    return causes


def changed(plural: str, old: Object, new: Object) -> Causes:
    """The rules that a snapshot object's change breaks: those for a new one, and immutable sources."""
    rules = {
        "volumesnapshots": (new_snapshot, _SNAPSHOT_SOURCES),
        "volumesnapshotcontents": (new_content, _CONTENT_SOURCES),
    }
    if plural not in rules:
        return new_class(new)
    check, sources = rules[plural]
    causes = check(new)
    if causes:
        return causes
    if old["spec"].get("sourceVolumeMode", ...) != new["spec"].get("sourceVolumeMode", ...):
        causes += _mode_changed(old["spec"], new["spec"])
    before, after = old["spec"]["source"], new["spec"]["source"]
    for source in sources:
        if source in before and source not in after:
            causes += invalid_rule("spec.source", f"{source} is required once set")
        elif source in before and before[source] != after[source]:
            causes += invalid_value(f"spec.source.{source}", after[source], f"{source} is immutable")
    return causes


def _one_of(source: Object, names: tuple[str, str]) -> Causes:
    if sum(name in source for name in names) == 1:
        return []
    return invalid_rule("spec.source", f"exactly one of {names[0]} and {names[1]} must be set")


def _unchecked(causes: Causes) -> Causes:
    """The schema violations, and a note that the rules went unchecked."""
    return causes + invalid_value("<nil>", None, UNCHECKED)


def _mode_changed(before: Object, after: Object) -> Causes:
    if "sourceVolumeMode" not in before:
        return []
    if "sourceVolumeMode" not in after:
        return invalid_rule("spec", "sourceVolumeMode is required once set")
    text = "sourceVolumeMode is immutable"
    return invalid_value("spec.sourceVolumeMode", after["sourceVolumeMode"], text)
