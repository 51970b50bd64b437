"""Each kind's columns in `kubectl get`; those with priority 1 show only with `-o wide`.

Source: k8s.io/kubernetes `pkg/printers/internalversion/printers.go` and the printer columns of the snapshot
CustomResourceDefinitions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kubernetes.cells import (
    Cell,
    address,
    age_of,
    claim_of,
    class_name,
    count,
    field,
    involved,
    last_seen,
    modes,
    node_status,
    phase,
    pod_ready,
    ports,
    quota,
    replicas,
    restarts,
    role_of,
    roles,
    since,
)


@dataclass(frozen=True)
class Column:
    """One column and how its cell is read from an object."""

    name: str
    cell: Cell
    priority: int = 0


_NAME = Column("Name", field("metadata.name"))
_AGE = Column("Age", age_of)
_STATUS = Column("Status", phase)

DEFAULT = (_NAME, Column("Created At", field("metadata.creationTimestamp")))
"""The columns of a kind that has none of its own."""

COLUMNS: dict[str, tuple[Column, ...]] = {
    "namespaces": (_NAME, _STATUS, _AGE),
    "nodes": (
        _NAME,
        Column("Status", node_status),
        Column("Roles", roles),
        _AGE,
        Column("Version", field("status.nodeInfo.kubeletVersion")),
        Column("Internal-IP", address("InternalIP"), 1),
        Column("External-IP", address("ExternalIP"), 1),
        Column("OS-Image", field("status.nodeInfo.osImage", "<unknown>"), 1),
        Column("Kernel-Version", field("status.nodeInfo.kernelVersion", "<unknown>"), 1),
        Column("Container-Runtime", field("status.nodeInfo.containerRuntimeVersion", "<unknown>"), 1),
    ),
    "pods": (
        _NAME,
        Column("Ready", pod_ready),
        _STATUS,
        Column("Restarts", restarts),
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
        Column("Access Modes", modes("status.accessModes")),
        Column("StorageClass", field("spec.storageClassName")),
        Column("VolumeAttributesClass", field("spec.volumeAttributesClassName", "<unset>")),
        _AGE,
        Column("VolumeMode", field("spec.volumeMode"), 1),
    ),
    "persistentvolumes": (
        _NAME,
        Column("Capacity", field("spec.capacity.storage")),
        Column("Access Modes", modes("spec.accessModes")),
        Column("Reclaim Policy", field("spec.persistentVolumeReclaimPolicy")),
        _STATUS,
        Column("Claim", claim_of),
        Column("StorageClass", field("spec.storageClassName")),
        Column("VolumeAttributesClass", field("spec.volumeAttributesClassName", "<unset>")),
        Column("Reason", field("status.reason")),
        _AGE,
        Column("VolumeMode", field("spec.volumeMode"), 1),
    ),
    "configmaps": (_NAME, Column("Data", count("data")), _AGE),
    "secrets": (_NAME, Column("Type", field("type")), Column("Data", count("data")), _AGE),
    "services": (
        _NAME,
        Column("Type", field("spec.type")),
        Column("Cluster-IP", field("spec.clusterIP", "<none>")),
        Column("External-IP", lambda obj, now: "<none>"),
        Column("Port(s)", ports),
        _AGE,
    ),
    "serviceaccounts": (_NAME, Column("Secrets", count("secrets")), _AGE),
    "events": (
        Column("Last Seen", last_seen),
        Column("Type", field("type")),
        Column("Reason", field("reason")),
        Column("Object", involved),
        Column("Subobject", field("involvedObject.fieldPath"), 1),
        Column("Source", field("source.component"), 1),
        Column("Message", field("message")),
        Column("First Seen", since("firstTimestamp"), 1),
        Column("Count", field("count"), 1),
        Column("Name", field("metadata.name"), 1),
    ),
    "deployments": (
        _NAME,
        Column("Ready", replicas),
        Column("Up-to-date", field("status.updatedReplicas", 0)),
        Column("Available", field("status.availableReplicas", 0)),
        _AGE,
    ),
    "statefulsets": (_NAME, Column("Ready", replicas), _AGE),
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
        Column("Name", class_name),
        Column("Provisioner", field("provisioner")),
        Column("ReclaimPolicy", field("reclaimPolicy")),
        Column("VolumeBindingMode", field("volumeBindingMode")),
        Column("AllowVolumeExpansion", field("allowVolumeExpansion", False)),
        _AGE,
    ),
    "csinodes": (_NAME, Column("Drivers", count("spec.drivers")), _AGE),
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
    "clusterrolebindings": (_NAME, Column("Role", role_of), _AGE),
    "rolebindings": (_NAME, Column("Role", role_of), _AGE),
    "leases": (_NAME, Column("Holder", field("spec.holderIdentity")), _AGE),
    "resourcequotas": (
        _NAME,
        Column("Request", quota(limits=False)),
        Column("Limit", quota(limits=True)),
        _AGE,
    ),
    "validatingadmissionpolicies": (
        _NAME,
        Column("Validations", count("spec.validations")),
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
        Column("CreationTime", since("status.creationTime")),
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
