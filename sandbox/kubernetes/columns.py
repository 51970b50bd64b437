"""The columns of each kind in `kubectl get`; those with priority 1 show with `-o wide` only.

Source: k8s.io/kubernetes `pkg/printers/internalversion/printers.go` and the printer columns of the snapshot
CustomResourceDefinitions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
Cell = Callable[[Object, datetime], Any]

_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_UNITS = (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_ROLE = "node-role.kubernetes.io/"


@dataclass(frozen=True)
class Column:
    """One column and how its cell is read from an object."""

    name: str
    cell: Cell
    priority: int = 0


def age(since: str | None, now: datetime) -> str:
    """How long ago, the way kubectl writes it: two units below ten of the larger, else one."""
    if not since:
        return "<unknown>"
    seconds = max(
        0, int((now - datetime.fromisoformat(since.replace("Z", "+00:00")).astimezone(UTC)).total_seconds())
    )
    if seconds < 120:
        return f"{seconds}s"
    for place, (unit, size) in enumerate(_UNITS):
        whole, rest = divmod(seconds, size)
        if whole:
            smaller, below = _UNITS[place + 1]
            parts = rest // below if whole < 10 else 0
            return f"{whole}{unit}" + (f"{parts}{smaller}" if parts else "")
    return f"{seconds}s"


def field(path: str, default: Any = "") -> Cell:
    """A cell that shows the value at a dotted path."""
    steps = path.split(".")

    def read(obj: Object, now: datetime) -> Any:
        value: Any = obj
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value if isinstance(value, (int, bool)) else str(value)

    return read


def _age(obj: Object, now: datetime) -> str:
    return age(obj["metadata"].get("creationTimestamp"), now)


def _since(path: str) -> Cell:
    read = field(path, None)
    return lambda obj, now: age(read(obj, now), now) if read(obj, now) else ""


def _quota(limits: bool) -> Cell:
    """Used and hard of each resource; those named `limits.` have a column of their own."""

    def read(obj: Object, now: datetime) -> str:
        status = obj.get("status") or {}
        used = status.get("used") or {}
        return ", ".join(
            f"{name}: {used.get(name, '0')}/{hard}"
            for name, hard in sorted((status.get("hard") or {}).items())
            if name.startswith("limits.") == limits
        )

    return read


def _count(path: str) -> Cell:
    read = path.split(".")

    def count(obj: Object, now: datetime) -> int:
        value: Any = obj
        for step in read:
            value = (value or {}).get(step)
        return len(value or ())

    return count


def _modes(path: str) -> Cell:
    def modes(obj: Object, now: datetime) -> str:
        where: Any = obj
        for step in path.split("."):
            where = (where or {}).get(step)
        return ",".join(_MODES.get(mode, mode) for mode in where or ())

    return modes


def _phase(obj: Object, now: datetime) -> str:
    return (
        "Terminating"
        if "deletionTimestamp" in obj["metadata"]
        else str(obj.get("status", {}).get("phase", ""))
    )


def _pod_ready(obj: Object, now: datetime) -> str:
    rows = obj.get("status", {}).get("containerStatuses") or []
    ready = sum(bool(row.get("ready")) for row in rows)
    if not rows:
        conditions = obj.get("status", {}).get("conditions") or []
        whole = any(row.get("type") == "Ready" and row.get("status") == "True" for row in conditions)
        ready = len(obj["spec"]["containers"]) if whole else 0
    return f"{ready}/{len(obj['spec']['containers'])}"


def _restarts(obj: Object, now: datetime) -> str:
    rows = obj.get("status", {}).get("containerStatuses") or []
    return str(sum(row.get("restartCount", 0) for row in rows))


def _node_status(obj: Object, now: datetime) -> str:
    conditions = obj.get("status", {}).get("conditions") or []
    ready = next((row.get("status") for row in conditions if row.get("type") == "Ready"), "Unknown")
    words = {"True": "Ready", "Unknown": "Unknown"}.get(ready, "NotReady")
    return words + (",SchedulingDisabled" if obj.get("spec", {}).get("unschedulable") else "")


def _roles(obj: Object, now: datetime) -> str:
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(_ROLE) for key in labels if key.startswith(_ROLE))) or "<none>"


def _address(kind: str) -> Cell:
    def address(obj: Object, now: datetime) -> str:
        rows = obj.get("status", {}).get("addresses") or []
        return next((str(row["address"]) for row in rows if row["type"] == kind), "<none>")

    return address


def _claim_of(obj: Object, now: datetime) -> str:
    reference = obj["spec"].get("claimRef")
    return f"{reference['namespace']}/{reference['name']}" if reference else ""


def _replicas(obj: Object, now: datetime) -> str:
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 1)}"


def _class_name(obj: Object, now: datetime) -> str:
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return f"{obj['metadata']['name']} (default)" if default else str(obj["metadata"]["name"])


def _last_seen(obj: Object, now: datetime) -> str:
    return age(obj.get("lastTimestamp") or obj.get("eventTime") or obj["metadata"]["creationTimestamp"], now)


def _involved(obj: Object, now: datetime) -> str:
    row = obj.get("involvedObject") or {}
    return f"{row.get('kind', '').lower()}/{row.get('name', '')}"


def _role_of(obj: Object, now: datetime) -> str:
    return f"{obj['roleRef']['kind']}/{obj['roleRef']['name']}"


def _ports(obj: Object, now: datetime) -> str:
    rows = obj.get("spec", {}).get("ports") or []
    return ",".join(f"{row['port']}/{row.get('protocol', 'TCP')}" for row in rows) or "<none>"


_NAME = Column("Name", field("metadata.name"))
_AGE = Column("Age", _age)
_STATUS = Column("Status", _phase)

DEFAULT = (_NAME, Column("Created At", field("metadata.creationTimestamp")))
"""What a kind without columns of its own shows."""

COLUMNS: dict[str, tuple[Column, ...]] = {
    "namespaces": (_NAME, _STATUS, _AGE),
    "nodes": (
        _NAME,
        Column("Status", _node_status),
        Column("Roles", _roles),
        _AGE,
        Column("Version", field("status.nodeInfo.kubeletVersion")),
        Column("Internal-IP", _address("InternalIP"), 1),
        Column("External-IP", _address("ExternalIP"), 1),
        Column("OS-Image", field("status.nodeInfo.osImage", "<unknown>"), 1),
        Column("Kernel-Version", field("status.nodeInfo.kernelVersion", "<unknown>"), 1),
        Column("Container-Runtime", field("status.nodeInfo.containerRuntimeVersion", "<unknown>"), 1),
    ),
    "pods": (
        _NAME,
        Column("Ready", _pod_ready),
        _STATUS,
        Column("Restarts", _restarts),
        _AGE,
        Column("IP", field("status.podIP", "<none>"), 1),
        Column("Node", field("spec.nodeName", "<none>"), 1),
        Column("Nominated Node", field("status.nominatedNodeName", "<none>"), 1),
        Column("Readiness Gates", lambda obj, now: "<none>", 1),
    ),
    "persistentvolumeclaims": (
        _NAME,
        _STATUS,
        Column("Volume", field("spec.volumeName")),
        Column("Capacity", field("status.capacity.storage")),
        Column("Access Modes", _modes("status.accessModes")),
        Column("StorageClass", field("spec.storageClassName")),
        Column("VolumeAttributesClass", field("spec.volumeAttributesClassName", "<unset>")),
        _AGE,
        Column("VolumeMode", field("spec.volumeMode"), 1),
    ),
    "persistentvolumes": (
        _NAME,
        Column("Capacity", field("spec.capacity.storage")),
        Column("Access Modes", _modes("spec.accessModes")),
        Column("Reclaim Policy", field("spec.persistentVolumeReclaimPolicy")),
        _STATUS,
        Column("Claim", _claim_of),
        Column("StorageClass", field("spec.storageClassName")),
        Column("VolumeAttributesClass", field("spec.volumeAttributesClassName", "<unset>")),
        Column("Reason", field("status.reason")),
        _AGE,
        Column("VolumeMode", field("spec.volumeMode"), 1),
    ),
    "configmaps": (_NAME, Column("Data", _count("data")), _AGE),
    "secrets": (_NAME, Column("Type", field("type")), Column("Data", _count("data")), _AGE),
    "services": (
        _NAME,
        Column("Type", field("spec.type")),
        Column("Cluster-IP", field("spec.clusterIP", "<none>")),
        Column("External-IP", lambda obj, now: "<none>"),
        Column("Port(s)", _ports),
        _AGE,
    ),
    "serviceaccounts": (_NAME, Column("Secrets", _count("secrets")), _AGE),
    "events": (
        Column("Last Seen", _last_seen),
        Column("Type", field("type")),
        Column("Reason", field("reason")),
        Column("Object", _involved),
        Column("Subobject", field("involvedObject.fieldPath"), 1),
        Column("Source", field("source.component"), 1),
        Column("Message", field("message")),
        Column("First Seen", _since("firstTimestamp"), 1),
        Column("Count", field("count"), 1),
        Column("Name", field("metadata.name"), 1),
    ),
    "deployments": (
        _NAME,
        Column("Ready", _replicas),
        Column("Up-to-date", field("status.updatedReplicas", 0)),
        Column("Available", field("status.availableReplicas", 0)),
        _AGE,
    ),
    "statefulsets": (_NAME, Column("Ready", _replicas), _AGE),
    "replicasets": (
        _NAME,
        Column("Desired", field("spec.replicas", 1)),
        Column("Current", field("status.replicas", 0)),
        Column("Ready", field("status.readyReplicas", 0)),
        _AGE,
    ),
    "daemonsets": (
        _NAME,
        Column("Desired", field("status.desiredNumberScheduled", 0)),
        Column("Current", field("status.currentNumberScheduled", 0)),
        Column("Ready", field("status.numberReady", 0)),
        _AGE,
    ),
    "poddisruptionbudgets": (
        _NAME,
        Column("Min Available", field("spec.minAvailable", "N/A")),
        Column("Max Unavailable", field("spec.maxUnavailable", "N/A")),
        Column("Allowed Disruptions", field("status.disruptionsAllowed", 0)),
        _AGE,
    ),
    "storageclasses": (
        Column("Name", _class_name),
        Column("Provisioner", field("provisioner")),
        Column("ReclaimPolicy", field("reclaimPolicy")),
        Column("VolumeBindingMode", field("volumeBindingMode")),
        Column("AllowVolumeExpansion", field("allowVolumeExpansion", False)),
        _AGE,
    ),
    "csinodes": (_NAME, Column("Drivers", _count("spec.drivers")), _AGE),
    "csidrivers": (
        _NAME,
        Column("AttachRequired", field("spec.attachRequired", True)),
        Column("PodInfoOnMount", field("spec.podInfoOnMount", False)),
        Column("StorageCapacity", field("spec.storageCapacity", False)),
        _AGE,
    ),
    "volumeattachments": (
        _NAME,
        Column("Attacher", field("spec.attacher")),
        Column("PV", field("spec.source.persistentVolumeName")),
        Column("Node", field("spec.nodeName")),
        Column("Attached", field("status.attached", False)),
        _AGE,
    ),
    "clusterrolebindings": (_NAME, Column("Role", _role_of), _AGE),
    "rolebindings": (_NAME, Column("Role", _role_of), _AGE),
    "leases": (_NAME, Column("Holder", field("spec.holderIdentity")), _AGE),
    "resourcequotas": (
        _NAME,
        Column("Request", _quota(limits=False)),
        Column("Limit", _quota(limits=True)),
        _AGE,
    ),
    "validatingadmissionpolicies": (
        _NAME,
        Column("Validations", _count("spec.validations")),
        Column("ParamKind", field("spec.paramKind.kind", "<unset>")),
        _AGE,
    ),
    "validatingadmissionpolicybindings": (
        _NAME,
        Column("PolicyName", field("spec.policyName")),
        Column("ParamRef", field("spec.paramRef.name", "<unset>")),
        _AGE,
    ),
    "volumesnapshots": (
        _NAME,
        Column("ReadyToUse", field("status.readyToUse")),
        Column("SourcePVC", field("spec.source.persistentVolumeClaimName")),
        Column("SourceSnapshotContent", field("spec.source.volumeSnapshotContentName")),
        Column("RestoreSize", field("status.restoreSize")),
        Column("SnapshotClass", field("spec.volumeSnapshotClassName")),
        Column("SnapshotContent", field("status.boundVolumeSnapshotContentName")),
        Column("CreationTime", _since("status.creationTime")),
        _AGE,
    ),
    "volumesnapshotcontents": (
        _NAME,
        Column("ReadyToUse", field("status.readyToUse")),
        Column("RestoreSize", field("status.restoreSize")),
        Column("DeletionPolicy", field("spec.deletionPolicy")),
        Column("Driver", field("spec.driver")),
        Column("VolumeSnapshotClass", field("spec.volumeSnapshotClassName")),
        Column("VolumeSnapshot", field("spec.volumeSnapshotRef.name")),
        Column("VolumeSnapshotNamespace", field("spec.volumeSnapshotRef.namespace")),
        _AGE,
    ),
    "volumesnapshotclasses": (
        _NAME,
        Column("Driver", field("driver")),
        Column("DeletionPolicy", field("deletionPolicy")),
        _AGE,
    ),
}
