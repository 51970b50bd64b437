"""What the API server fills in on create. Source: Kubernetes API reference, the defaults of each field."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.kubernetes.resources import Resource

Object = dict[str, Any]

STATUS_ON_CREATE: dict[str, Object] = {
    "persistentvolumeclaims": {"phase": "Pending"},
    "persistentvolumes": {"phase": "Pending"},
    "pods": {"phase": "Pending", "qosClass": "BestEffort"},
    "namespaces": {"phase": "Active"},
}
"""A new object's first status, whatever its writer sent."""

_KEEPS_STATUS = frozenset({"nodes"})
"""A kubelet registers its node with a status, so the API server accepts one on create."""

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def set_defaults(resource: Resource, obj: Object, storage_classes: list[Object]) -> None:
    """Complete a new object in place: status first, then every field that has a default."""
    if "status" in resource.subresources and resource.plural not in _KEEPS_STATUS:
        obj.pop("status", None)
        if resource.plural in STATUS_ON_CREATE:
            obj["status"] = dict(STATUS_ON_CREATE[resource.plural])
    if resource.plural == "namespaces":
        _namespace(obj)
    complete(resource, obj)
    if resource.plural == "persistentvolumeclaims":
        _default_class(obj, storage_classes)


def complete(resource: Resource, obj: Object) -> None:
    """Set the fields that have a default, as the server does whenever it decodes an object."""
    fill_in = _COMPLETE.get(resource.plural)
    if fill_in:
        fill_in(obj)


def _claim(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    if isinstance(spec, dict):
        spec.setdefault("volumeMode", "Filesystem")
        _both_sources(spec)


def _both_sources(spec: Object) -> None:
    """Copy a source from either field to the other; drop a dataSource of another kind.

    Source: k8s.io/kubernetes `pkg/registry/core/persistentvolumeclaim`, NormalizeDataSources.
    """
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if isinstance(source, dict) and source.get("kind") not in ("PersistentVolumeClaim", "VolumeSnapshot"):
        source = spec.pop("dataSource") and None
    if isinstance(source, dict) and not reference:
        spec["dataSourceRef"] = dict(source)
    elif isinstance(reference, dict) and not source and not reference.get("namespace"):
        spec["dataSource"] = {key: value for key, value in reference.items() if key != "namespace"}


def _default_class(claim: Object, storage_classes: list[Object]) -> None:
    """The DefaultStorageClass admission: a claim without a class gets the newest default one."""
    spec = claim["spec"]
    if "storageClassName" in spec:
        return
    defaults = [
        row["metadata"]
        for row in storage_classes
        if (row["metadata"].get("annotations") or {}).get(_DEFAULT_CLASS) == "true"
    ]
    if defaults:
        newest = max(defaults, key=lambda meta: (meta["creationTimestamp"], meta["name"]))
        spec["storageClassName"] = newest["name"]


def _volume(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("volumeMode", "Filesystem")
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")


def _pod(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("serviceAccountName", "default")


def _namespace(obj: Object) -> None:
    obj["spec"] = {"finalizers": ["kubernetes"]}
    obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = obj["metadata"].get("name", "")


def _storage_class(obj: Object) -> None:
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")


def _replicas(obj: Object) -> None:
    obj.setdefault("spec", {}).setdefault("replicas", 1)


def _role_binding(obj: Object) -> None:
    obj.get("roleRef", {}).setdefault("apiGroup", "rbac.authorization.k8s.io")
    for subject in obj.get("subjects") or []:
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", "rbac.authorization.k8s.io")


def _secret(obj: Object) -> None:
    """Texts that are only written are kept as data, over what is there.

    https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/
    """
    obj.setdefault("type", "Opaque")
    if texts := obj.pop("stringData", None):
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        obj["data"] = (obj.get("data") or {}) | encoded


def _service(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("sessionAffinity", "None")
    for port in spec.get("ports") or []:
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port"))


def _policy(obj: Object) -> None:
    spec = obj.get("spec") or {}
    spec.setdefault("failurePolicy", "Fail")
    _matching(spec.get("matchConstraints"))


def _policy_binding(obj: Object) -> None:
    _matching((obj.get("spec") or {}).get("matchResources"))


def _matching(match: Object | None) -> None:
    """Source: k8s.io/kubernetes `pkg/apis/admissionregistration/v1/defaults.go`."""
    if match is None:
        return
    match.setdefault("matchPolicy", "Equivalent")
    match.setdefault("namespaceSelector", {})
    match.setdefault("objectSelector", {})
    for rule in [*(match.get("resourceRules") or []), *(match.get("excludeResourceRules") or [])]:
        rule.setdefault("scope", "*")


_COMPLETE = {
    "validatingadmissionpolicies": _policy,
    "validatingadmissionpolicybindings": _policy_binding,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume,
    "pods": _pod,
    "storageclasses": _storage_class,
    "deployments": _replicas,
    "statefulsets": _replicas,
    "replicasets": _replicas,
    "clusterrolebindings": _role_binding,
    "rolebindings": _role_binding,
    "secrets": _secret,
    "services": _service,
}
