"""A kubelet's work: a pod on a Ready node runs as soon as its claims are bound and attached. A deleted pod
goes at once, because nothing in it would need its grace period. A dead machine has no kubelet: nothing
starts there, and nothing ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from sandbox.driver.attacher import ATTACHMENTS, attachment_name
from sandbox.driver.claim_binding import VOLUMES
from sandbox.driver.claim_words import claim_names, is_unbound, volume_id_of
from sandbox.driver.cluster import Cluster, is_deleting
from sandbox.driver.machines import Machines, instance_of
from sandbox.driver.placement import is_node_ready
from sandbox.driver.profiles import profile_of_volume
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.worker import Key, key_of

EVERYTHING: Key = ("", "everything")


class Kubelet:
    """Starts pods; one look covers all that are bound and not running yet."""

    def __init__(self, cluster: Cluster, machines: Machines) -> None:
        self._cluster = cluster
        self._machines = machines

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Pods, nodes, claims and attachments."""
        if resource in ("pods", "nodes", CLAIMS, ATTACHMENTS):
            yield EVERYTHING

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Run every pod that can run, and end every pod that should go."""
        for pod in self._cluster.peek("pods"):
            node = self._cluster.find("nodes", None, pod["spec"].get("nodeName", ""))
            if node is None or not is_node_ready(node) or self._machines.is_dead(instance_of(node)):
                continue
            if is_deleting(pod):
                self._cluster.delete("pods", *key_of(pod))
            elif pod.get("status", {}).get("phase") in (None, "Pending"):
                self._start(pod, node)
        return {}

    def _start(self, pod: Object, node: Object) -> None:
        if all(self._is_mounted(pod, name) for name in claim_names(pod)):
            self._cluster.change(
                "pods", *key_of(pod), lambda obj: obj.update(status=self._running(pod, node))
            )

    def _is_mounted(self, pod: Object, claim_name: str) -> bool:
        claim = self._cluster.find(CLAIMS, pod["metadata"]["namespace"], claim_name)
        if claim is None or is_unbound(claim):
            return False
        volume = self._cluster.find(VOLUMES, None, claim["spec"]["volumeName"])
        if volume is None or not volume_id_of(volume):
            return volume is not None
        driver = profile_of_volume(volume).name
        name = attachment_name(volume_id_of(volume), pod["spec"]["nodeName"], driver)
        attachment = self._cluster.find(ATTACHMENTS, None, name)
        return bool(attachment and attachment.get("status", {}).get("attached"))

    def _running(self, pod: Object, node: Object) -> Object:
        now = self._cluster.now()
        kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        addresses = node.get("status", {}).get("addresses") or []
        host = next((each["address"] for each in addresses if each["type"] == "InternalIP"), "")
        address = f"10.0.{_byte(pod, 0)}.{_byte(pod, 1)}"
        return {
            "phase": "Running",
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in kinds],
            "containerStatuses": [_container(each, now) for each in pod["spec"].get("containers", [])],
            "hostIP": host,
            "podIP": address,
            "podIPs": [{"ip": address}],
            "qosClass": "BestEffort",
            "startTime": now,
        }


def _byte(pod: Object, index: int) -> int:
    return sha256(pod["metadata"]["uid"].encode()).digest()[index]


def _container(container: Object, now: str) -> Object:
    return {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": "",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "state": {"running": {"startedAt": now}},
    }
