"""StatefulSets: named pods, created in order, each with its own claims that outlive it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.worker import Key, key_of
from sandbox.driver.workloads import children, is_pod_ready, living, owner_of, pod_from
from sandbox.kubernetes.store import AlreadyExists, copy


class StatefulSetController:
    """Maintains the pods `name-0`, `name-1`... and creates their claims."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """StatefulSets, and the owner of a changed pod."""
        if resource == "statefulsets":
            yield key_of(obj)
        if resource == "pods" and owner_of(obj, "StatefulSet"):
            yield obj["metadata"]["namespace"], owner_of(obj, "StatefulSet")

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Create the next pod once all before it are ready; delete those beyond the scale."""
        for namespace, name in keys:
            owner = self._cluster.find("statefulsets", namespace, name)
            if owner is not None:
                pods = living(children(self._cluster, "pods", owner))
                self._scale(owner, {pod["metadata"]["name"]: pod for pod in pods})
        return {}

    def _scale(self, owner: Object, pods: dict[str, Object]) -> None:
        namespace, name = key_of(owner)
        wanted = [f"{name}-{ordinal}" for ordinal in range(owner["spec"].get("replicas", 1))]
        for pod_name in pods.keys() - set(wanted):
            self._cluster.delete("pods", namespace, pod_name)
        for pod_name in wanted:
            if pod_name not in pods:
                self._create(owner, pod_name)
                break
            if not is_pod_ready(pods[pod_name]):
                break
        ready = sum(is_pod_ready(pods[each]) for each in wanted if each in pods)
        status = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "replicas": len(pods),
            "currentReplicas": len(pods),
            "updatedReplicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": ready,
        }
        self._cluster.change("statefulsets", namespace, name, lambda obj: obj.update(status=status))

    def _create(self, owner: Object, pod_name: str) -> None:
        namespace = owner["metadata"]["namespace"]
        pod = pod_from(owner["spec"]["template"], owner, name=pod_name)
        pod["spec"]["hostname"] = pod_name
        pod["metadata"].setdefault("labels", {})["statefulset.kubernetes.io/pod-name"] = pod_name
        for template in owner["spec"].get("volumeClaimTemplates") or []:
            volume = template["metadata"]["name"]
            claim_name = f"{volume}-{pod_name}"
            self._ensure_claim(namespace, claim_name, template, owner)
            reference = {"name": volume, "persistentVolumeClaim": {"claimName": claim_name}}
            pod["spec"].setdefault("volumes", []).append(reference)
        try:
            self._cluster.store.create("pods", namespace, pod)
        except AlreadyExists:
            return

    def _ensure_claim(self, namespace: str, name: str, template: Object, owner: Object) -> None:
        wanted = owner["spec"].get("selector", {}).get("matchLabels") or {}
        labels = {**wanted, **(template["metadata"].get("labels") or {})}
        claim = {
            "metadata": {"name": name, "labels": labels},
            "spec": copy(template["spec"]),
            "status": {"phase": "Pending"},
        }
        try:
            self._cluster.store.create(CLAIMS, namespace, claim)
        except AlreadyExists:
            return
