"""The contents of a fresh cluster: namespaces, the first roles, the snapshot CRDs."""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.resources import RESOURCES, SNAPSHOT_GROUP, Resource
from sandbox.kubernetes.store import AlreadyExists, NotFound, Store

Object = dict[str, Any]

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")

_DISCOVERY_PATHS = [
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
]
_SELF_REVIEWS = ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]
_ROLES: dict[str, tuple[str, list[Object]]] = {
    "cluster-admin": (
        "system:masters",
        [
            {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
            {"nonResourceURLs": ["*"], "verbs": ["*"]},
        ],
    ),
    "system:discovery": (
        "system:authenticated",
        [{"nonResourceURLs": _DISCOVERY_PATHS, "verbs": ["get"]}],
    ),
    "system:basic-user": (
        "system:authenticated",
        [{"apiGroups": ["authorization.k8s.io"], "resources": _SELF_REVIEWS, "verbs": ["create"]}],
    ),
    "system:public-info-viewer": (
        "system:unauthenticated",
        [{"nonResourceURLs": ["/healthz", "/livez", "/readyz"], "verbs": ["get"]}],
    ),
}


def fill(store: Store) -> None:
    """Create a cluster's first objects; the snapshot CRDs are installed."""
    for name in NAMESPACES:
        labels = {"kubernetes.io/metadata.name": name}
        namespace = {
            "metadata": {"name": name, "labels": labels},
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }
        store.create("namespaces", None, namespace)
    for role, (group, rules) in _ROLES.items():
        meta = {"name": role, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}
        store.create("clusterroles", None, {"metadata": meta, "rules": rules})
        store.create("clusterrolebindings", None, {"metadata": meta, **_binding(role, group)})
    install_snapshot_crds(store, True)


def install_snapshot_crds(store: Store, installed: bool) -> None:
    """Install or remove the three snapshot CRDs. Objects of their kinds are kept out of sight, so that a
    test can bring them back."""
    for resource in RESOURCES.values():
        if not resource.custom:
            continue
        try:
            if installed:
                store.create("customresourcedefinitions", None, _definition(resource))
            else:
                store.delete("customresourcedefinitions", None, resource.qualified)
        except (AlreadyExists, NotFound):
            continue


def _binding(role: str, group: str) -> Object:
    api = "rbac.authorization.k8s.io"
    return {
        "subjects": [{"kind": "Group", "apiGroup": api, "name": group}],
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": role},
    }


def _definition(resource: Resource) -> Object:
    names = {
        "plural": resource.plural,
        "singular": resource.singular,
        "kind": resource.kind,
        "listKind": f"{resource.kind}List",
        "shortNames": list(resource.short_names),
    }
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": resource.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {name: {} for name in resource.subresources},
    }
    conditions = [{"type": kind, "status": "True"} for kind in ("NamesAccepted", "Established")]
    return {
        "metadata": {"name": resource.qualified},
        "spec": {
            "group": SNAPSHOT_GROUP,
            "names": names,
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "versions": [version],
        },
        "status": {
            "acceptedNames": names,
            "conditions": conditions,
            "storedVersions": [resource.version],
        },
    }
