"""What is asked about VolumeSnapshots, their contents and classes."""

from __future__ import annotations

from tests.contract.api_server.asking import UID, Ask, delete, patch, post
from tests.contract.api_server.objects import CLASSES, CONTENTS, SNAPSHOTS, content, snapshot

_CLAIM = {"persistentVolumeClaimName": "a"}
_BOTH = {**_CLAIM, "volumeSnapshotContentName": "b"}
_MADE = snapshot("s1", _CLAIM, volumeSnapshotClassName="none")
_REF = {"name": "a", "namespace": "asked"}
_HANDLE = {"snapshotHandle": "x"}
_CLASS = {
    "apiVersion": "snapshot.storage.k8s.io/v1",
    "kind": "VolumeSnapshotClass",
    "metadata": {"name": "asked"},
}

SNAPSHOT_ASKS: tuple[Ask, ...] = (
    post("snapshot without a source", SNAPSHOTS, snapshot("s1", {})),
    post("snapshot with both sources", SNAPSHOTS, snapshot("s1", _BOTH)),
    post(
        "snapshot without a spec", SNAPSHOTS, {key: _MADE[key] for key in ("apiVersion", "kind", "metadata")}
    ),
    post("snapshot with an empty class", SNAPSHOTS, snapshot("s1", _CLAIM, volumeSnapshotClassName="")),
    post(
        "snapshot with a number for its class", SNAPSHOTS, snapshot("s1", _CLAIM, volumeSnapshotClassName=5)
    ),
    post("snapshot without a kind", SNAPSHOTS, {"metadata": {"name": "s1"}}),
    post("snapshot of another kind", SNAPSHOTS, {**_MADE, "kind": "VolumeSnapshotContent"}),
    post("snapshot of another version", SNAPSHOTS, {**_MADE, "apiVersion": "v1"}),
    post(
        "snapshot",
        SNAPSHOTS,
        _MADE,
        "kind",
        "metadata.generation",
        "metadata.finalizers",
        "spec",
        "status",
        keep="s1",
    ),
    post("the same snapshot", SNAPSHOTS, _MADE),
    post(
        "snapshot with an unknown field",
        SNAPSHOTS,
        snapshot("s2", _CLAIM, nope=1),
        "spec",
        headers=("Warning",),
    ),
    post(
        "snapshot with an unknown field, strict",
        f"{SNAPSHOTS}?fieldValidation=Strict",
        {**snapshot("s3", _CLAIM, nope=1), "other": 2},
    ),
    patch("another source", f"{SNAPSHOTS}/s1", {"spec": {"source": {"persistentVolumeClaimName": "other"}}}),
    patch(
        "snapshot, stale version",
        f"{SNAPSHOTS}/s1",
        {"metadata": {"resourceVersion": "1", "labels": {"a": "b"}}},
    ),
    delete("snapshot of another uid", f"{SNAPSHOTS}/s1", {"preconditions": {"uid": UID}}),
    delete("snapshot of its uid", f"{SNAPSHOTS}/s1", {"preconditions": {"uid": "<s1>"}}),
    delete("missing snapshot", f"{SNAPSHOTS}/none"),
)

CONTENT_ASKS: tuple[Ask, ...] = (
    post("content without a ref", CONTENTS, content(source=_HANDLE)),
    post("content without a source", CONTENTS, content(volumeSnapshotRef=_REF)),
    post(
        "content whose ref has no name",
        CONTENTS,
        content(source=_HANDLE, volumeSnapshotRef={"namespace": "asked"}),
    ),
    post(
        "content with both sources",
        CONTENTS,
        content(source={**_HANDLE, "volumeHandle": "y"}, volumeSnapshotRef=_REF),
    ),
    post(
        "content with a bad policy",
        CONTENTS,
        content(deletionPolicy="Keep", source=_HANDLE, volumeSnapshotRef=_REF),
    ),
    post(
        "content",
        CONTENTS,
        content(source=_HANDLE, volumeSnapshotRef=_REF, sourceVolumeMode="Block"),
        "kind",
        "metadata.finalizers",
        "spec",
        "status",
    ),
    patch("another handle", f"{CONTENTS}/asked", {"spec": {"source": {"snapshotHandle": "y"}}}),
    patch("another mode", f"{CONTENTS}/asked", {"spec": {"sourceVolumeMode": "Filesystem"}}),
    patch(
        "status below the content",
        f"{CONTENTS}/asked/status",
        {"status": {"readyToUse": True, "nope": 1}},
        "status",
        headers=("Warning",),
    ),
    delete("content as it is", f"{CONTENTS}/asked", None, "kind"),
    post("class without a policy", CLASSES, {**_CLASS, "driver": "x"}),
    post("class with a bad policy", CLASSES, {**_CLASS, "driver": "x", "deletionPolicy": "Keep"}),
    post(
        "class",
        CLASSES,
        {**_CLASS, "driver": "x", "deletionPolicy": "Retain"},
        "deletionPolicy",
        "parameters",
    ),
)
