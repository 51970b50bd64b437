"""The objects of a cluster as documents, by discovery and lists.

https://kubernetes.io/docs/reference/using-api/api-concepts/#api-discovery
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from snapkeep.adapters.kubernetes.client import ClusterPart
from snapkeep.domain.errors import ClusterUnreachable, NotFound, PermanentError
from snapkeep.domain.objects.kinds import Kind
from snapkeep.ports.objects import ServedKinds

if TYPE_CHECKING:
    from snapkeep.adapters.kubernetes.connections import EksConnections

LARGE = {"ConfigMap": 50, "Secret": 50}
"""How many objects a page has at most, for kinds whose objects may have 1 MiB each."""

Document = dict[str, Any]


class KubernetesObjects(ClusterPart):
    """The objects of one cluster behind its Kubernetes API."""

    def served_kinds(self) -> ServedKinds:
        """A group that is not described is left out and named: its server, an extension, may be down."""
        found = list(_kinds("", "v1", self._client.get("/api/v1")))
        silent: dict[str, str] = {}
        for group in self._client.get("/apis").get("groups") or []:
            try:
                found += self._kinds_of(group)
            except (ClusterUnreachable, PermanentError) as error:
                silent[str(group["name"])] = error.reason
        return ServedKinds(tuple(found), silent)

    def objects(self, kind: Kind, namespace: str) -> Iterator[Document]:
        """Items of a list do not say their kind, so it is added."""
        query = {"limit": LARGE[kind.kind]} if kind.kind in LARGE else {}
        for item in self._client.list(_path(kind, namespace), query):
            yield _named(kind, item)

    def object(self, kind: Kind, namespace: str, name: str) -> Document | None:
        """One object, or None."""
        try:
            return _named(kind, self._client.get(f"{_path(kind, namespace)}/{quote(name, safe='')}"))
        except NotFound:
            return None

    def _kinds_of(self, group: Document) -> Iterator[Kind]:
        """A kind counts in the preferred version, or in the first that has it.

        The versions of a group are in the order of preference.
        https://kubernetes.io/docs/reference/kubernetes-api/definitions/api-group-v1-meta/
        """
        preferred = (group.get("preferredVersion") or {}).get("groupVersion")
        versions = sorted(group["versions"], key=lambda each: each["groupVersion"] != preferred)
        seen: set[str] = set()
        for version in versions:
            listed = self._client.get(f"/apis/{version['groupVersion']}")
            for kind in _kinds(group["name"], version["version"], listed):
                if kind.plural not in seen:
                    seen.add(kind.plural)
                    yield kind


class EksObjects:
    """The objects of the EKS clusters of one account and Region."""

    def __init__(self, connections: EksConnections) -> None:
        self._connections = connections

    def open(self, name: str) -> KubernetesObjects:
        """The objects of the cluster of that name; raises what `EksClusters.open` raises."""
        return KubernetesObjects(self._connections.client(name))


def _kinds(group: str, version: str, listed: Document) -> Iterator[Kind]:
    for row in listed.get("resources") or []:
        if row.get("namespaced") and "/" not in row["name"] and "list" in (row.get("verbs") or ()):
            yield Kind(group, version, row["name"], row["kind"])


def _path(kind: Kind, namespace: str) -> str:
    root = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.version}"
    inside = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
    return f"{root}{inside}/{kind.plural}"


def _named(kind: Kind, item: Document) -> Document:
    return {**item, "apiVersion": kind.api_version, "kind": kind.kind}
