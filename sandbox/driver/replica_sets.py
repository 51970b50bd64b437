"""Deployments and ReplicaSets, as far as a lab needs them: a new template replaces all old pods at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster, is_deleting
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import Key, key_of
from sandbox.driver.workloads import (
    children,
    is_pod_ready,
    living,
    owner_of,
    owner_reference,
    pod_from,
    template_hash,
)
from sandbox.kubernetes.store import copy

HASH_LABEL = "pod-template-hash"


class DeploymentController:
    """Keeps one ReplicaSet per Deployment scaled up; those of older templates are scaled to zero."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Deployments, and the owner of a changed ReplicaSet."""
        if resource == "deployments":
            yield key_of(obj)
        if resource == "replicasets" and owner_of(obj, "Deployment"):
            yield obj["metadata"]["namespace"], owner_of(obj, "Deployment")

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring the Deployments up to date."""
        for namespace, name in keys:
            deployment = self._cluster.find("deployments", namespace, name)
            if deployment is not None:
                self._roll(deployment, children(self._cluster, "replicasets", deployment))
        return {}

    def _roll(self, deployment: Object, sets: list[Object]) -> None:
        wanted = deployment["spec"].get("replicas", 1)
        current = f"{deployment['metadata']['name']}-{template_hash(deployment['spec']['template'])}"
        if current not in {each["metadata"]["name"] for each in sets}:
            self._cluster.store.create(
                "replicasets", deployment["metadata"]["namespace"], _replica_set(deployment, current)
            )
        for each in sets:
            replicas = wanted if each["metadata"]["name"] == current else 0
            if each["spec"].get("replicas") != replicas:
                self._scale(each, replicas)
        statuses = [each.get("status", {}) for each in sets if each["metadata"]["name"] == current]
        self._report(deployment, wanted, statuses[0] if statuses else {})

    def _scale(self, replica_set: Object, replicas: int) -> None:
        self._cluster.change(
            "replicasets", *key_of(replica_set), lambda obj: obj["spec"].update(replicas=replicas)
        )

    def _report(self, deployment: Object, wanted: int, found: Object) -> None:
        ready = found.get("readyReplicas", 0)
        available = {"type": "Available", "status": "True" if ready >= wanted else "False"}
        status = {
            "observedGeneration": deployment["metadata"].get("generation", 1),
            "replicas": found.get("replicas", 0),
            "updatedReplicas": found.get("replicas", 0),
            "readyReplicas": ready,
            "availableReplicas": ready,
            "unavailableReplicas": max(0, wanted - ready),
            "conditions": [{**available, "reason": "MinimumReplicasAvailable"}],
        }
        self._cluster.change("deployments", *key_of(deployment), lambda obj: obj.update(status=status))


class ReplicaSetController:
    """Maintains the number of pods in a ReplicaSet."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """ReplicaSets, and the owner of a changed pod."""
        if resource == "replicasets":
            yield key_of(obj)
        if resource == "pods" and owner_of(obj, "ReplicaSet"):
            yield obj["metadata"]["namespace"], owner_of(obj, "ReplicaSet")

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Create missing pods and delete surplus ones."""
        for namespace, name in keys:
            owner = self._cluster.find("replicasets", namespace, name)
            if owner is not None and not is_deleting(owner):
                self._scale(owner, living(children(self._cluster, "pods", owner)))
        return {}

    def _scale(self, owner: Object, pods: list[Object]) -> None:
        wanted = owner["spec"].get("replicas", 1)
        namespace, name = key_of(owner)
        for _ in range(wanted - len(pods)):
            pod = pod_from(owner["spec"]["template"], owner, generateName=f"{name}-")
            pods.append(self._cluster.store.create("pods", namespace, pod))
        for pod in sorted(pods, key=is_pod_ready)[: max(0, len(pods) - wanted)]:
            self._cluster.delete("pods", *key_of(pod))
            pods.remove(pod)
        ready = sum(map(is_pod_ready, pods))
        status = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
        self._cluster.change("replicasets", namespace, name, lambda obj: obj.update(status=status))


def _replica_set(deployment: Object, name: str) -> Object:
    spec = copy(deployment["spec"])
    mark = {HASH_LABEL: name.rpartition("-")[2]}
    template = spec["template"]
    template.setdefault("metadata", {}).setdefault("labels", {}).update(mark)
    selector = {"matchLabels": {**(spec["selector"].get("matchLabels") or {}), **mark}}
    return {
        "metadata": {
            "name": name,
            "labels": {**template["metadata"]["labels"]},
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {"replicas": spec.get("replicas", 1), "selector": selector, "template": template},
        "status": {"replicas": 0},
    }
