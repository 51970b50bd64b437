"""The cluster that a person's kubectl reaches, beside the fake world of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import yaml

from snapkeep.domain.object_labels import RESTORED_FROM
from snapkeep.domain.objects.kinds import SAVED
from snapkeep.domain.objects.references import references
from snapkeep_cli.cluster.kubectl import NO_SUCH_KIND, Applied, Ask, KubectlFailed
from snapkeep_cli.namespaces.target import label_of
from tests.fakes.objects import KINDS, kind_named
from tests.fakes.world import World

Document = dict[str, Any]

RUNNING: Document = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}


class FakeTargetCluster:
    """Holds what is applied. `denied` are rights such as `create deployments`; `refuses` answers with an
    error for an object, or "". Deployments have pods at once, with the status that `pods` gives to a name,
    and a pod that runs binds its claims. The namespaces and restored claims are those that the API sees.
    """

    def __init__(self, world: World, *custom: str) -> None:
        self._world = world
        self.kinds = {str(each): each for each in map(kind_named, ("namespaces", *SAVED, *KINDS, *custom))}
        self.items: dict[tuple[str, str], Document] = {}
        self.secrets: set[str] = set()
        self.denied: set[str] = set()
        self.refuses: Callable[[Document], str] = lambda item: ""
        self.pods: Callable[[str], Document] = lambda name: RUNNING
        self.events: list[Document] = []
        self.warning = ""
        self.tried: list[str] = []
        self.applied: list[str] = []

    def has(self, namespace: str, item: Document, manager: str = "kubectl") -> None:
        """Somebody made an object."""
        item = deepcopy(item)
        item["metadata"] |= {"namespace": namespace, "managedFields": [{"manager": manager}]}
        self.items[namespace, label_of(item)] = item

    def objects(self, kind: str, namespace: str, names: Sequence[str] = ()) -> list[Document]:
        assert kind == "namespaces", kind
        phases = self._world.cluster.namespaces
        return [
            {"metadata": {"name": name}, "status": {"phase": phases[name]}}
            for name in names
            if name in phases
        ]

    def living(self, kinds: Sequence[str], namespace: str) -> list[Document]:
        if unknown := [each for each in kinds if each not in self.kinds]:
            raise KubectlFailed(f'error: the server {NO_SUCH_KIND} "{unknown[0]}"')
        if list(kinds) == ["events"]:
            return self.events
        if list(kinds) == ["persistentvolumeclaims"]:
            return [self._claim(namespace, name) for name in self.names(kinds[0], namespace)]
        named = {self.kinds[each].kind for each in kinds}
        there = [item for (place, _), item in self.items.items() if place == namespace]
        made = [each for item in there if item["kind"] == "Deployment" for each in self._made(item)]
        return [item for item in (*there, *made) if item["kind"] in named]

    def _claim(self, namespace: str, name: str) -> Document:
        """A claim, with the annotation of a restore if one made it."""
        restore = self._world.cluster.restored[namespace, name].operation
        annotations = {RESTORED_FROM: restore} if restore else {}
        return {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "annotations": annotations}}

    def _made(self, deployment: Document) -> Iterator[Document]:
        """The replica set of a deployment and its pods."""
        name, namespace = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
        spec = (deployment["spec"].get("template") or {}).get("spec") or {}
        yield _owned("ReplicaSet", f"{name}-1", "Deployment", name)
        for number in range(deployment["spec"].get("replicas", 1)):
            pod = _owned("Pod", f"{name}-1-{number}", "ReplicaSet", f"{name}-1")
            status = self.pods(f"{name}-1-{number}")
            claims = references({"kind": "Pod", "spec": spec}).claims if status == RUNNING else set()
            for claim in claims & {
                name for place, name in self._world.cluster.restored if place == namespace
            }:
                self._world.cluster.bind_restored(namespace, claim)
            yield {**pod, "spec": spec, "status": status}

    def names(self, kind: str, namespace: str) -> frozenset[str]:
        if f"list {kind}" in self.denied:
            raise KubectlFailed(f"Error from server (Forbidden): {kind} is forbidden")
        if kind == "secrets":
            return frozenset(self.secrets)
        return frozenset(name for place, name in self._world.cluster.restored if place == namespace)

    def served(self, api_version: str) -> Mapping[str, str]:
        return {each.kind: each.plural for each in self.kinds.values() if each.api_version == api_version}

    def may(self, asked: Sequence[Ask]) -> list[bool]:
        return [f"{each.verb} {each.resource}" not in self.denied for each in asked]

    def apply(self, documents: str, *, dry_run: bool = False) -> Applied:
        done, said = set(), []
        for item in yaml.safe_load_all(documents):
            if trouble := self.refuses(item) or self._without_namespace(item):
                said.append(trouble)
                continue
            done.add(label_of(item))
            (self.tried if dry_run else self.applied).append(label_of(item))
            if not dry_run:
                self._keep(item)
        said += [self.warning] if self.warning else []
        return Applied(frozenset(done), tuple(said))

    def _without_namespace(self, item: Document) -> str:
        place = item["metadata"].get("namespace")
        if item["kind"] == "Namespace" or place in self._world.cluster.namespaces:
            return ""
        return f'Error from server (NotFound): namespaces "{place}" not found'

    def _keep(self, item: Document) -> None:
        name = item["metadata"]["name"]
        if item["kind"] == "Namespace":
            self._world.cluster.namespaces.setdefault(name, "Active")
        else:
            self.has(item["metadata"]["namespace"], item, "snapkeep")


def _owned(kind: str, name: str, owner: str, of: str) -> Document:
    owners = [{"kind": owner, "name": of, "controller": True}]
    return {"kind": kind, "metadata": {"name": name, "ownerReferences": owners}}
