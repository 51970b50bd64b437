"""Plays the kubelets of all nodes whose machine runs, and the cloud controller.

A kubelet renews its node's lease, reports the volumes that its pods use, lets a pod run once its EBS volumes
are attached, expands file systems, and ends the pods that are being deleted. That of a dead machine does
nothing. The cloud controller deletes the Node of a terminated machine.
https://kubernetes.io/docs/concepts/architecture/nodes/
https://kubernetes.io/docs/concepts/architecture/cloud-controller/#node-controller
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

from sandbox.driver.machines import Machines, instance_of
from sandbox.kubernetes.store import NotFound
from tests.e2e.controlplane.mounts import EBS, Mounts
from tests.e2e.controlplane.remote_store import MERGE, STRATEGIC, Object, RemoteStore, path_of

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 0.3
LEASE_SECONDS = 4.0
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
HEALTH = {
    "Ready": ("True", "KubeletReady"),
    "MemoryPressure": ("False", "KubeletHasSufficientMemory"),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure"),
    "PIDPressure": ("False", "KubeletHasSufficientPID"),
}


class Kubelets:
    """One loop for all of them. `cloud` is False while the cloud controller is away."""

    def __init__(self, store: RemoteStore, machines: Machines) -> None:
        self.cloud = True
        self._store = store
        self._machines = machines
        self._renewed: dict[str, float] = {}

    def start(self) -> None:
        """Play until the process ends."""
        threading.Thread(target=self._run, daemon=True, name="kubelets").start()

    def _run(self) -> None:
        while True:
            try:
                self._machines.look()
                self.look()
            except Exception as problem:
                # Whatever another controller changed at the same moment is looked at again.
                LOG.warning("%s: %s", type(problem).__name__, problem)
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Do once what is to be done now."""
        mounts = Mounts.read(self._store)
        pods = self._store.list("pods")
        for node in self._store.list("nodes"):
            if self._machines.is_dead(instance_of(node)):
                self._bury(node)
                continue
            self._renew(node)
            mine = [pod for pod in pods if pod["spec"].get("nodeName") == node["metadata"]["name"]]
            self._report_volumes(node, mine, mounts)
            for pod in mine:
                self._carry_on(pod, node, mounts)
        for claim in mounts.to_expand(pods):
            self._expand(claim, mounts)

    def _bury(self, node: Object) -> None:
        """The cloud controller deletes a node that is not Ready and whose machine will never come back."""
        ready = _condition(node, "Ready").get("status") == "True"
        if self.cloud and not ready and self._machines.is_terminated(instance_of(node)):
            self._store.delete("nodes", None, node["metadata"]["name"])

    def _renew(self, node: Object) -> None:
        name = node["metadata"]["name"]
        if time.monotonic() - self._renewed.get(name, 0.0) < LEASE_SECONDS:
            return
        spec = {
            "holderIdentity": name,
            "leaseDurationSeconds": 40,
            "renewTime": _now("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        try:
            self._store.call("PATCH", f"{LEASES}/{name}", {"spec": spec}, MERGE)
        except NotFound:
            meta = {"name": name, "namespace": "kube-node-lease"}
            lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec}
            self._store.call("POST", LEASES, lease)
        if _condition(node, "Ready").get("status") != "True" or name not in self._renewed:
            self._store.patch("nodes", None, name, {"status": {"conditions": _health()}}, STRATEGIC, "status")
        self._renewed[name] = time.monotonic()

    def _report_volumes(self, node: Object, pods: list[Object], mounts: Mounts) -> None:
        """The attach controller detaches nothing that a kubelet says it uses."""
        handles = {handle for pod in pods for _, handle in mounts.of(pod) or []}
        used = sorted(f"kubernetes.io/csi/{EBS}^{handle}" for handle in handles)
        if used != sorted(node["status"].get("volumesInUse") or []):
            body = {"status": {"volumesInUse": used}}
            self._store.patch("nodes", None, node["metadata"]["name"], body, sub="status")

    def _carry_on(self, pod: Object, node: Object, mounts: Mounts) -> None:
        meta = pod["metadata"]
        try:
            if meta.get("deletionTimestamp"):
                options = {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
                self._store.delete("pods", meta["namespace"], meta["name"], options)
            elif pod.get("status", {}).get("phase") in (None, "", "Pending") and mounts.attached(pod, node):
                running = {"status": _running(pod)}
                self._store.patch("pods", meta["namespace"], meta["name"], running, STRATEGIC, "status")
        except NotFound:
            pass  # it is gone already

    def _expand(self, claim: Object, mounts: Mounts) -> None:
        """The file system has grown: https://kubernetes.io/docs/concepts/storage/persistent-volumes/"""
        size = mounts.volume(claim)["spec"]["capacity"]["storage"]
        finished = ("FileSystemResizePending", "Resizing")
        left = [each for each in claim["status"]["conditions"] if each["type"] not in finished]
        status = {
            "capacity": {"storage": size},
            "conditions": left or None,
            "allocatedResourceStatuses": None,
        }
        meta = claim["metadata"]
        path = path_of("persistentvolumeclaims", meta["namespace"], meta["name"], "status")
        self._store.call("PATCH", path, {"status": status}, MERGE)


def _condition(node: Object, kind: str) -> Object:
    found = (each for each in node["status"].get("conditions") or [] if each["type"] == kind)
    return next(found, {})


def _health() -> list[Object]:
    now = _now()
    return [
        {"type": k, "status": s, "reason": r, "lastHeartbeatTime": now, "lastTransitionTime": now}
        for k, (s, r) in HEALTH.items()
    ]


def _running(pod: Object) -> Object:
    now = _now()
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "phase": "Running",
        "startTime": now,
        "podIP": "10.0.0.1",
        "podIPs": [{"ip": "10.0.0.1"}],
        "conditions": [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in kinds],
        "containerStatuses": [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": "",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": now}},
            }
            for each in pod["spec"]["containers"]
        ],
    }


def _now(form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return datetime.now(UTC).strftime(form)
