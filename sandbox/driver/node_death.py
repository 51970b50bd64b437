"""Nodes whose machine has died: first silent, then not ready, then deleted once the machine is terminated.

The control plane never sees the death itself, only that the kubelet falls silent. Pods on a node that
somebody marked out of service are removed without waiting for its kubelet.
https://kubernetes.io/docs/concepts/architecture/nodes/#heartbeats
https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.cluster import Cluster
from sandbox.driver.machines import Machines, instance_of
from sandbox.driver.placement import is_node_ready, tolerates
from sandbox.driver.snapshot_words import Object
from sandbox.driver.switches import Faults
from sandbox.driver.worker import Key, key_of

UNREACHABLE = "node.kubernetes.io/unreachable"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
CLOUD_LOOKS_EVERY = 5.0
"""Seconds between the cloud controller's checks of nodes that are not ready."""


class NodeDeathController:
    """Looks after the nodes of dead machines."""

    def __init__(self, cluster: Cluster, machines: Machines, faults: Faults) -> None:
        self._cluster = cluster
        self._machines = machines
        self._faults = faults

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Nodes."""
        if resource == "nodes":
            yield key_of(obj)

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Take each node's next step; return when the following one is due."""
        due = {}
        for key in keys:
            node = self._cluster.find("nodes", None, key[1])
            seconds = self._look(node) if node else None
            if seconds is not None:
                due[key] = seconds
        return due

    def _look(self, node: Object) -> float | None:
        instance, name = instance_of(node), node["metadata"]["name"]
        if not self._machines.is_dead(instance):
            if not is_node_ready(node) and _taint(node, UNREACHABLE):
                self._cluster.change("nodes", None, name, self._answers_again)
            return None
        silent = self._machines.dead_for(instance)
        grace = self._faults.switches.node_grace_seconds
        if silent < grace:
            return grace - silent
        if is_node_ready(node):
            self._cluster.change("nodes", None, name, self._is_silent)
        if _taint(node, OUT_OF_SERVICE):
            self._remove_pods(name, _taint(node, OUT_OF_SERVICE))
        if not self._machines.is_terminated(instance) or self._faults.switches.cloud_controller == "missing":
            return None
        if silent < grace + CLOUD_LOOKS_EVERY:
            return grace + CLOUD_LOOKS_EVERY - silent
        self._cluster.delete("nodes", None, name)
        return None

    def _is_silent(self, node: Object) -> None:
        self._report(node, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
        taints = [each for each in node["spec"].get("taints") or [] if each["key"] != UNREACHABLE]
        added = [
            {"key": UNREACHABLE, "effect": effect, "timeAdded": self._cluster.now()}
            for effect in ("NoSchedule", "NoExecute")
        ]
        node["spec"]["taints"] = taints + added

    def _answers_again(self, node: Object) -> None:
        self._report(node, "True", "KubeletReady", "kubelet is posting ready status")
        node["spec"]["taints"] = [each for each in node["spec"]["taints"] if each["key"] != UNREACHABLE]

    def _report(self, node: Object, status: str, reason: str, message: str) -> None:
        conditions = node.setdefault("status", {}).setdefault("conditions", [])
        conditions[:] = [each for each in conditions if each["type"] != "Ready"]
        now = self._cluster.now()
        ready = {"type": "Ready", "status": status, "reason": reason, "message": message}
        conditions.append({**ready, "lastHeartbeatTime": now, "lastTransitionTime": now})

    def _remove_pods(self, node: str, taint: Object) -> None:
        for pod in self._cluster.peek("pods"):
            if pod["spec"].get("nodeName") == node and not tolerates(pod, taint):
                self._cluster.delete("pods", *key_of(pod))


def _taint(node: Object, key: str) -> Object:
    """The node's taint with that key, {} if it has none."""
    return next((each for each in node["spec"].get("taints") or [] if each["key"] == key), {})
