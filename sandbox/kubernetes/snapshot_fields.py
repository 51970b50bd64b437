"""The fields of the snapshot kinds, in the form of fields.json.

Source: the CustomResourceDefinitions of kubernetes-csi/external-snapshotter v8 (`client/config/crd`).
"""

from __future__ import annotations

_OBJECT = {"apiVersion": "string", "kind": "string", "metadata": "meta.v1.ObjectMeta"}
_GROUP = "snapshot.v1"

SNAPSHOT_KINDS = {
    f"snapshot.storage.k8s.io/v1/{kind}": f"{_GROUP}.{kind}"
    for kind in ("VolumeSnapshot", "VolumeSnapshotContent", "VolumeSnapshotClass")
}
SNAPSHOT_TYPES = {
    f"{_GROUP}.VolumeSnapshot": _OBJECT
    | {"spec": f"{_GROUP}.VolumeSnapshotSpec!", "status": f"{_GROUP}.VolumeSnapshotStatus"},
    f"{_GROUP}.VolumeSnapshotSpec": {
        "source": f"{_GROUP}.VolumeSnapshotSource!",
        "volumeSnapshotClassName": "string",
    },
    f"{_GROUP}.VolumeSnapshotSource": {
        "persistentVolumeClaimName": "string",
        "volumeSnapshotContentName": "string",
    },
    f"{_GROUP}.VolumeSnapshotStatus": {
        "boundVolumeSnapshotContentName": "string",
        "creationTime": "time",
        "error": f"{_GROUP}.VolumeSnapshotError",
        "readyToUse": "bool",
        "restoreSize": "int-or-string",
        "volumeGroupSnapshotName": "string",
    },
    f"{_GROUP}.VolumeSnapshotError": {"message": "string", "time": "time"},
    f"{_GROUP}.VolumeSnapshotContent": _OBJECT
    | {
        "spec": f"{_GROUP}.VolumeSnapshotContentSpec!",
        "status": f"{_GROUP}.VolumeSnapshotContentStatus",
    },
    f"{_GROUP}.VolumeSnapshotContentSpec": {
        "deletionPolicy": "string!",
        "driver": "string!",
        "source": f"{_GROUP}.VolumeSnapshotContentSource!",
        "sourceVolumeMode": "string",
        "volumeSnapshotClassName": "string",
        "volumeSnapshotRef": f"{_GROUP}.ObjectReference!",
    },
    f"{_GROUP}.VolumeSnapshotContentSource": {"snapshotHandle": "string", "volumeHandle": "string"},
    f"{_GROUP}.ObjectReference": {
        "apiVersion": "string",
        "fieldPath": "string",
        "kind": "string",
        "name": "string",
        "namespace": "string",
        "resourceVersion": "string",
        "uid": "string",
    },
    f"{_GROUP}.VolumeSnapshotContentStatus": {
        "creationTime": "int64",
        "error": f"{_GROUP}.VolumeSnapshotError",
        "readyToUse": "bool",
        "restoreSize": "int64",
        "snapshotHandle": "string",
        "volumeGroupSnapshotHandle": "string",
    },
    f"{_GROUP}.VolumeSnapshotClass": _OBJECT
    | {"deletionPolicy": "string!", "driver": "string!", "parameters": "{}string"},
}
