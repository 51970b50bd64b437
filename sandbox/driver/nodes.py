"""Nodes: a cordoned node carries the taint that keeps pods away; a vanished node's pods are removed.

https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster
from sandbox.driver.placement import UNSCHEDULABLE
from sandbox.driver.snapshot_words import Object
from sandbox.driver.worker import Key, key_of

TAINT = {"key": UNSCHEDULABLE, "effect": "NoSchedule"}


class NodeController:
    """Looks after nodes."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Nodes."""
        if resource == "nodes":
            yield key_of(obj)

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Taint and untaint; collect orphaned pods."""
        for _, name in keys:
            if self._cluster.change("nodes", None, name, self._taint) is None:
                self._collect(name)
        return {}

    def _taint(self, node: Object) -> None:
        spec = node["spec"] = node.get("spec") or {}
        others = [each for each in spec.get("taints") or [] if each["key"] != UNSCHEDULABLE]
        cordon = [each for each in spec.get("taints") or [] if each["key"] == UNSCHEDULABLE]
        if spec.get("unschedulable") and not cordon:
            cordon = [{**TAINT, "timeAdded": self._cluster.now()}]
        taints = others + (cordon if spec.get("unschedulable") else [])
        if taints:
            spec["taints"] = taints
        else:
            spec.pop("taints", None)

    def _collect(self, name: str) -> None:
        for pod in self._cluster.peek("pods"):
            if pod["spec"].get("nodeName") == name:
                self._cluster.delete("pods", *key_of(pod))
