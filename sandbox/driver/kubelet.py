"""A kubelet's work: a pod on a Ready node runs as soon as its claims are bound and attached. A deleted pod
goes at once, because nothing in it would need its grace period. A dead machine has no kubelet: nothing
starts there, and nothing ends. A pod that looks into EFS file systems and ends really does so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from sandbox.driver.attacher import ATTACHMENTS, attachment_name
from sandbox.driver.claim_binding import VOLUMES
from sandbox.driver.claim_words import claim_names, is_unbound, volume_id_of
from sandbox.driver.cluster import Cluster, is_deleting
from sandbox.driver.file_systems import FileSystems, NotMounted, is_on_efs
from sandbox.driver.machines import Machines, instance_of
from sandbox.driver.placement import is_node_ready
from sandbox.driver.pod_needs import KINDS, Need, unmet
from sandbox.driver.profiles import profile_of_volume
from sandbox.driver.short_runs import is_short, run
from sandbox.driver.snapshot_words import CLAIMS, Object
from sandbox.driver.worker import Key, key_of

EVERYTHING: Key = ("", "everything")
MOUNT_AGAIN_SECONDS = 0.5


class Kubelet:
    """Starts pods; one look covers all that are bound and not running yet."""

    def __init__(self, cluster: Cluster, machines: Machines, file_systems: FileSystems | None = None) -> None:
        self._cluster = cluster
        self._machines = machines
        self._file_systems = file_systems or FileSystems()

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Pods, nodes, claims and attachments, and what pods mount and read."""
        if resource in ("pods", "nodes", CLAIMS, ATTACHMENTS, *KINDS.values()):
            yield EVERYTHING

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Run every pod that can run, and end every pod that should go."""
        again: dict[Key, float] = {}
        for pod in self._cluster.peek("pods"):
            node = self._cluster.find("nodes", None, pod["spec"].get("nodeName", ""))
            if node is None or not is_node_ready(node) or self._machines.is_dead(instance_of(node)):
                continue
            if is_deleting(pod):
                self._cluster.delete("pods", *key_of(pod))
            elif pod.get("status", {}).get("phase") in (None, "Pending"):
                try:
                    self._start(pod, node)
                except NotMounted as error:
                    text = f"MountVolume.SetUp failed for volume: rpc error: code = Internal desc = {error}"
                    self._cluster.warning(pod, "kubelet", "FailedMount", text)
                    again[EVERYTHING] = MOUNT_AGAIN_SECONDS
        return again

    def _start(self, pod: Object, node: Object) -> None:
        if not all(self._is_mounted(pod, name) for name in claim_names(pod)):
            return
        if need := unmet(self._cluster, pod):
            self._wait_for(pod, need)
            return
        status = self._running(pod, node)
        volumes = {name: self._volume_of(pod, name) for name in claim_names(pod)}
        if volumes and all(map(is_on_efs, volumes.values())) and is_short(pod):
            status = _ended(status, *run(pod, self._trees(pod, volumes)), self._cluster.now())
        self._cluster.change("pods", *key_of(pod), lambda obj: obj.update(status=status))

    def _wait_for(self, pod: Object, need: Need) -> None:
        """What a kubelet says while an object is missing: an event for volumes, a state for environments."""
        if need.volume:
            text = f'MountVolume.SetUp failed for volume "{need.volume}" : {need.missing}'
            self._cluster.warning(pod, "kubelet", "FailedMount", text)
            return
        waiting = {"reason": "CreateContainerConfigError", "message": need.missing}
        status = {
            "phase": "Pending",
            "containerStatuses": [_waiting(each, waiting) for each in pod["spec"]["containers"]],
        }
        if pod.get("status", {}).get("containerStatuses") != status["containerStatuses"]:
            self._cluster.change(
                "pods", *key_of(pod), lambda obj: obj.setdefault("status", {}).update(status)
            )

    def _trees(self, pod: Object, volumes: Mapping[str, Object | None]) -> dict[str, dict[str, str]]:
        """What the pod's container sees below each of its mount paths."""
        claims = {
            each["name"]: each["persistentVolumeClaim"]["claimName"]
            for each in pod["spec"].get("volumes") or []
            if "persistentVolumeClaim" in each
        }
        mounts = pod["spec"]["containers"][0].get("volumeMounts") or []
        used = {each["mountPath"]: volumes[claims[each["name"]]] for each in mounts if each["name"] in claims}
        return {path: self._file_systems.mounted(volume) for path, volume in used.items() if volume}

    def _volume_of(self, pod: Object, claim_name: str) -> Object | None:
        claim = self._cluster.find(CLAIMS, pod["metadata"]["namespace"], claim_name)
        return self._cluster.find(VOLUMES, None, claim["spec"].get("volumeName", "")) if claim else None

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


def _waiting(container: Object, state: Object) -> Object:
    return {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": 0,
        "state": {"waiting": state},
    }


def _ended(status: Object, code: int, message: str, now: str) -> Object:
    """The status of a running pod after its only container has ended."""
    (container,) = status["containerStatuses"]
    terminated = {
        "exitCode": code,
        "reason": "Error" if code else "Completed",
        "startedAt": now,
        "finishedAt": now,
        **({"message": message} if message else {}),
    }
    gone = ("Ready", "ContainersReady")
    return {
        **status,
        "phase": "Failed" if code else "Succeeded",
        "conditions": [
            {**each, "status": "False"} if each["type"] in gone else each for each in status["conditions"]
        ],
        "containerStatuses": [
            {**container, "ready": False, "started": False, "state": {"terminated": terminated}}
        ],
    }
