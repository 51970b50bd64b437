"""The objects that the requests are about, and where they are."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

SNAPSHOT_GROUP = "/apis/snapshot.storage.k8s.io/v1"
NAMESPACE = "/api/v1/namespaces/asked"
CLAIMS = f"{NAMESPACE}/persistentvolumeclaims"
CONFIGS = f"{NAMESPACE}/configmaps"
PODS = f"{NAMESPACE}/pods"
NODES = "/api/v1/nodes"
EVENTS = "/api/v1/namespaces/default/events"
BUDGETS = "/apis/policy/v1/namespaces/asked/poddisruptionbudgets"
SNAPSHOTS = f"{SNAPSHOT_GROUP}/namespaces/asked/volumesnapshots"
CONTENTS = f"{SNAPSHOT_GROUP}/volumesnapshotcontents"
CLASSES = f"{SNAPSHOT_GROUP}/volumesnapshotclasses"
ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments"


def namespace(name: str) -> Object:
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def claim(name: str, size: str = "1Gi", **spec: Any) -> Object:
    """A claim of the class `none`."""
    wanted = {"accessModes": ["ReadWriteOnce"], "storageClassName": "none"}
    sized = {"resources": {"requests": {"storage": size}}}
    kind = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    return {**kind, "metadata": {"name": name}, "spec": {**wanted, **sized, **spec}}


def labelled(obj: Object, **labels: Any) -> Object:
    """The object with labels."""
    return {**obj, "metadata": {**obj["metadata"], "labels": labels}}


def snapshot(name: str, source: Object, **spec: Any) -> Object:
    """A VolumeSnapshot."""
    kind = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot"}
    return {**kind, "metadata": {"name": name}, "spec": {"source": source, **spec}}


def content(**spec: Any) -> Object:
    """The VolumeSnapshotContent `asked`."""
    kind = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshotContent"}
    wanted = {"driver": "none.example.com", "deletionPolicy": "Retain"}
    return {**kind, "metadata": {"name": "asked"}, "spec": {**wanted, **spec}}


def config(name: str, **data: str) -> Object:
    """A ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def pod(name: str, app: str, **spec: Any) -> Object:
    """A pod on the node `asked`."""
    containers = [{"name": "c", "image": "i"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": app}},
        "spec": {"nodeName": "asked", "containers": containers, **spec},
    }


def budget(name: str, app: str) -> Object:
    """A PodDisruptionBudget that wants one pod of an app."""
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": app}}}
    kind = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget"}
    return {**kind, "metadata": {"name": name}, "spec": spec}


def eviction(name: str, **options: Any) -> Object:
    """The body of an eviction."""
    kind = {"apiVersion": "policy/v1", "kind": "Eviction"}
    return {**kind, "metadata": {"name": name}, "deleteOptions": options}


def event(name: str, **more: Any) -> Object:
    """An event about the node `asked`."""
    at = "2026-01-01T00:00:00Z"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "default"},
        "involvedObject": {"apiVersion": "v1", "kind": "Node", "name": "asked", "uid": "a-node"},
        "type": "Warning",
        "reason": "R",
        "message": "m",
        "source": {"component": "snapkeep"},
        "reportingComponent": "snapkeep",
        "reportingInstance": "snapkeep",
        "firstTimestamp": at,
        "lastTimestamp": at,
        "count": 1,
        **more,
    }


def guard(rule: Object, *validations: Object, **spec: Any) -> Object:
    """The ValidatingAdmissionPolicy `asked`, on the namespace `asked`."""
    match = {
        "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], **rule}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "asked"}},
    }
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"}
    wanted = {"matchConstraints": match, "validations": list(validations), **spec}
    return {**kind, "metadata": {"name": "asked"}, "spec": wanted}
