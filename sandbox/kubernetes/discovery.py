"""The discovery API: groups, versions and kinds, unaggregated or aggregated.

Source: Kubernetes documentation, "API discovery".
"""

from __future__ import annotations

from typing import Any

from sandbox.kubernetes.resources import RESOURCES, Resource
from sandbox.kubernetes.store import NotFound, Store

Object = dict[str, Any]

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_SUBRESOURCE_KINDS = {
    "eviction": ("policy", "v1", "Eviction", ("create",)),
    "binding": ("", "v1", "Binding", ("create",)),
    "scale": ("autoscaling", "v1", "Scale", ("get", "patch", "update")),
    "log": ("", "v1", "Pod", ("get",)),
}


def is_served(store: Store, resource: Resource) -> bool:
    """Whether the kind exists now; a custom one does while its CustomResourceDefinition is stored."""
    if not resource.custom:
        return True
    try:
        store.peek("customresourcedefinitions", None, resource.qualified)
    except NotFound:
        return False
    return True


def served(store: Store) -> list[Resource]:
    """Every kind that exists now."""
    return [resource for resource in RESOURCES.values() if is_served(store, resource)]


def document(store: Store, path: str, aggregated: bool) -> Object | None:
    """The discovery document at `path`, or None if `path` is not a discovery path."""
    parts = [part for part in path.split("/") if part]
    kinds = served(store)
    if parts == ["api"]:
        return _aggregated(kinds, core=True) if aggregated else {"kind": "APIVersions", "versions": ["v1"]}
    if parts == ["apis"]:
        return _aggregated(kinds, core=False) if aggregated else _groups(kinds)
    if parts == ["api", "v1"]:
        return _resources(kinds, "", "v1")
    if len(parts) == 2 and parts[0] == "apis":
        return next((row for row in _groups(kinds)["groups"] if row["name"] == parts[1]), None)
    if len(parts) == 3 and parts[0] == "apis":
        return _resources(kinds, parts[1], parts[2])
    return None


def _groups(kinds: list[Resource]) -> Object:
    versions = {resource.group: resource.version for resource in kinds if resource.group}
    groups = [_group(name, version) for name, version in sorted(versions.items())]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _group(name: str, served: str) -> Object:
    version = {"groupVersion": f"{name}/{served}", "version": served}
    return {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": name,
        "versions": [version],
        "preferredVersion": version,
    }


def _resources(kinds: list[Resource], group: str, version: str) -> Object | None:
    rows = [resource for resource in kinds if (resource.group, resource.version) == (group, version)]
    if not rows:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": rows[0].api_version,
        "resources": [row for resource in rows for row in _rows(resource)],
    }


def _rows(resource: Resource) -> list[Object]:
    row: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    below = []
    for name in resource.subresources:
        group, version, kind, verbs = _subresource(resource, name)
        below.append(
            {
                "name": f"{resource.plural}/{name}",
                "singularName": "",
                "namespaced": resource.namespaced,
                "kind": kind,
                "verbs": list(verbs),
                **({"group": group, "version": version} if kind != resource.kind else {}),
            }
        )
    return [row, *below]


def _subresource(resource: Resource, name: str) -> tuple[str, str, str, tuple[str, ...]]:
    own = (resource.group, resource.version, resource.kind, ("get", "patch", "update"))
    return _SUBRESOURCE_KINDS.get(name, own)


def _aggregated(kinds: list[Resource], core: bool) -> Object:
    served = {row.group: row.version for row in kinds if (row.group == "") is core}
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [
            {
                "metadata": {"name": group} if group else {},
                "versions": [
                    {
                        "version": version,
                        "resources": [_entry(row) for row in kinds if row.group == group],
                        "freshness": "Current",
                    }
                ],
            }
            for group, version in sorted(served.items())
        ],
    }


def _entry(resource: Resource) -> Object:
    entry: Object = {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    below = []
    for name in resource.subresources:
        group, version, kind, verbs = _subresource(resource, name)
        answers = {"group": group, "version": version, "kind": kind}
        below.append({"subresource": name, "responseKind": answers, "verbs": list(verbs)})
    if below:
        entry["subresources"] = below
    return entry
