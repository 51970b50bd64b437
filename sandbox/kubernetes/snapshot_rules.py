"""The rules of the snapshot CustomResourceDefinitions: kubernetes-csi/external-snapshotter v8."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.causes import Causes, invalid_value, not_supported, required

Object = dict[str, Any]

_POLICIES = ["Delete", "Retain"]
_SNAPSHOT_SOURCES = ("volumeSnapshotContentName", "persistentVolumeClaimName")
_CONTENT_SOURCES = ("volumeHandle", "snapshotHandle")


def new_snapshot(obj: Object) -> Causes:
    """What a new VolumeSnapshot breaks."""
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return required("spec")
    if not isinstance(spec.get("source"), dict):
        return required("spec.source")
    causes = _one_of(spec["source"], _SNAPSHOT_SOURCES)
    if spec.get("volumeSnapshotClassName") == "":
        text = "volumeSnapshotClassName must not be the empty string when set"
        causes += _rule("spec.volumeSnapshotClassName", "string", text)
    return causes


def new_content(obj: Object) -> Causes:
    """What a new VolumeSnapshotContent breaks."""
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return required("spec")
    causes = [
        cause
        for field in ("deletionPolicy", "driver", "source", "volumeSnapshotRef")
        if field not in spec
        for cause in required(f"spec.{field}")
    ]
    if causes:
        return causes
    if spec["deletionPolicy"] not in _POLICIES:
        causes += not_supported("spec.deletionPolicy", spec["deletionPolicy"], _POLICIES)
    reference = spec["volumeSnapshotRef"]
    if not (reference.get("name") and reference.get("namespace")):
        text = "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set"
        causes += _rule("spec.volumeSnapshotRef", "object", text)
    return causes + _one_of(spec["source"], _CONTENT_SOURCES)


def new_class(obj: Object) -> Causes:
    """What a new VolumeSnapshotClass breaks."""
    causes = [
        cause for field in ("deletionPolicy", "driver") if not obj.get(field) for cause in required(field)
    ]
    if obj.get("deletionPolicy") and obj["deletionPolicy"] not in _POLICIES:
        causes += not_supported("deletionPolicy", obj["deletionPolicy"], _POLICIES)
    return causes


def changed(plural: str, old: Object, new: Object) -> Causes:
    """What the change of a snapshot object breaks: the rules of a new one, and immutable sources."""
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
    before, after = old["spec"]["source"], new["spec"]["source"]
    for source in sources:
        if source in before and source not in after:
            causes += _rule("spec.source", "object", f"{source} is required once set")
        elif source in before and before[source] != after[source]:
            causes += _rule(f"spec.source.{source}", "string", f"{source} is immutable")
    return causes


def _one_of(source: Object, names: tuple[str, str]) -> Causes:
    if sum(name in source for name in names) == 1:
        return []
    return _rule("spec.source", "object", f"exactly one of {names[0]} and {names[1]} must be set")


def _rule(field: str, kind: str, text: str) -> Causes:
    return invalid_value(field, kind, text)
