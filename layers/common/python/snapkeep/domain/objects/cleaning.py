"""Removes from an object what a cluster wrote, so that it can be applied again, here or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from snapkeep.domain.object_labels import RESTORED_FROM

Document = dict[str, Any]

METADATA = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""What the API server and controllers write into metadata.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/"""

ANNOTATIONS = frozenset(
    {
        RESTORED_FROM,
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
        "kubectl.kubernetes.io/last-applied-configuration",
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/storage-resizer",
    }
)
"""Annotations that controllers write, kubectl's copy of the whole object, and where a restore came from.
https://kubernetes.io/docs/reference/labels-annotations-taints/"""

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""A label that the API server puts on each namespace."""

JOB_LABELS = frozenset(
    {"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"}
)
"""Labels that the Job controller puts on the pods of a job.
https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector"""

TOKEN_VOLUME = "kube-api-access-"
"""How the volume begins that admission adds to each pod for its service account's token."""


def cleaned(item: Mapping[str, Any]) -> Document:
    """The object without status and what a cluster writes; the given one is not changed."""
    kept: Document = {key: value for key, value in item.items() if key not in ("status", "metadata")}
    result = {"apiVersion": kept.pop("apiVersion", ""), "kind": kept.pop("kind", "")}
    result |= {"metadata": _metadata(item.get("metadata") or {}), **kept}
    if clean := CLEAN.get(result["kind"]):
        clean(result)
    return result


def _metadata(metadata: Mapping[str, Any]) -> Document:
    kept = {key: value for key, value in metadata.items() if key not in METADATA}
    annotations = _without(kept.pop("annotations", None) or {}, ANNOTATIONS)
    labels = _without(kept.pop("labels", None) or {}, {NAMESPACE_NAME})
    return (
        kept | ({"labels": labels} if labels else {}) | ({"annotations": annotations} if annotations else {})
    )


def _without(values: Mapping[str, Any], keys: frozenset[str] | set[str]) -> Document:
    return {key: value for key, value in values.items() if key not in keys}


def _spec_without(*keys: str) -> Callable[[Document], None]:
    def clean(item: Document) -> None:
        item["spec"] = _without(item.get("spec") or {}, set(keys))
        if not item["spec"]:
            del item["spec"]

    return clean


def _service(item: Document) -> None:
    """Addresses and ports that the cluster assigned. A headless Service stays headless."""
    spec = _without(item.get("spec") or {}, {"healthCheckNodePort"})
    if spec.get("clusterIP") != "None":
        spec = _without(spec, {"clusterIP", "clusterIPs"})
    if spec.get("ports"):
        spec["ports"] = [_without(port, {"nodePort"}) for port in spec["ports"]]
    item["spec"] = spec


def _volume(item: Document) -> None:
    """The claim that a volume is bound to, by name only: its UID is of another object after a restore."""
    spec = dict(item.get("spec") or {})
    if spec.get("claimRef"):
        spec["claimRef"] = _without(spec["claimRef"], {"uid", "resourceVersion"})
    item["spec"] = spec


def _service_account(item: Document) -> None:
    """Tokens that older clusters made for each account."""
    prefix = f"{item['metadata'].get('name', '')}-token-"
    mine = [each for each in item.get("secrets") or () if not str(each.get("name", "")).startswith(prefix)]
    item.pop("secrets", None)
    item.update({"secrets": mine} if mine else {})


def _pod(item: Document) -> None:
    item["spec"] = _pod_spec(
        _without(item.get("spec") or {}, {"nodeName", "priority", "serviceAccount", "ephemeralContainers"})
    )


def _pod_spec(spec: Document) -> Document:
    """Without the volume for the token, which admission adds again."""
    spec = dict(spec)
    if spec.get("volumes"):
        spec["volumes"] = [each for each in spec["volumes"] if not _is_token(each.get("name"))]
    for key in ("containers", "initContainers"):
        if spec.get(key):
            spec[key] = [_container(each) for each in spec[key]]
    return {key: value for key, value in spec.items() if value != []}


def _container(container: Mapping[str, Any]) -> Document:
    mounts = [each for each in container.get("volumeMounts") or () if not _is_token(each.get("name"))]
    return _without(container, {"volumeMounts"}) | ({"volumeMounts": mounts} if mounts else {})


def _is_token(name: Any) -> bool:
    return str(name).startswith(TOKEN_VOLUME)


def _workload(item: Document) -> None:
    spec = dict(item.get("spec") or {})
    if spec.get("template"):
        spec["template"] = _template(spec["template"])
    if spec.get("volumeClaimTemplates"):
        spec["volumeClaimTemplates"] = [
            _without(each, {"status"}) | {"metadata": _metadata(each.get("metadata") or {})}
            for each in spec["volumeClaimTemplates"]
        ]
    item["spec"] = spec


def _template(template: Mapping[str, Any], labels: frozenset[str] = frozenset()) -> Document:
    metadata = _metadata(template.get("metadata") or {})
    if kept := _without(metadata.pop("labels", {}), labels):
        metadata["labels"] = kept
    return {**template, "metadata": metadata}


def _job(item: Document) -> None:
    """The selector and labels that the controller made, unless somebody wrote them."""
    spec = dict(item.get("spec") or {})
    if not spec.get("manualSelector"):
        spec.pop("selector", None)
        if spec.get("template"):
            spec["template"] = _template(spec["template"], JOB_LABELS)
        labels = _without(item["metadata"].pop("labels", {}), JOB_LABELS)
        item["metadata"].update({"labels": labels} if labels else {})
    item["spec"] = spec


CLEAN: Mapping[str, Callable[[Document], None]] = {
    "Namespace": _spec_without("finalizers"),
    "PersistentVolumeClaim": _spec_without("volumeName"),
    "PersistentVolume": _volume,
    "Service": _service,
    "ServiceAccount": _service_account,
    "Pod": _pod,
    "Job": _job,
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), _workload),
}
"""What else is removed from objects of a kind."""
