"""Attach and detach: an EC2 instance has exactly the volumes that pods on its node use.

A dead machine's volumes stay attached for six minutes because nobody unmounted them, unless its node is
marked out of service or somebody deletes the VolumeAttachment.
https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume-attachment-v1/
https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#storage-force-detach-on-timeout
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import product
from string import ascii_lowercase

from sandbox.driver.claim_binding import VOLUMES
from sandbox.driver.claim_words import claim_names, is_finished, is_unbound, volume_id_of
from sandbox.driver.cluster import Cluster, drop_finalizer, is_deleting
from sandbox.driver.ec2 import Ec2, Ec2Error
from sandbox.driver.machines import Machines, instance_of
from sandbox.driver.node_death import OUT_OF_SERVICE
from sandbox.driver.profiles import PROFILES, profile_of_volume
from sandbox.driver.snapshot_words import CLAIMS, Object, quoted
from sandbox.driver.switches import Faults
from sandbox.driver.worker import Backoff, Key

COMPONENT = "attachdetach-controller"
ATTACHMENTS = "volumeattachments"
DEVICES = [f"/dev/xvd{first}{second}" for first, second in product(ascii_lowercase[:4], ascii_lowercase)]
"""The driver's device names, in the order it hands them out."""
EVERYTHING: Key = ("", "everything")


def attachment_name(volume_id: str, node: str, driver: str) -> str:
    """The name of a VolumeAttachment, derived from volume, driver and node as upstream does."""
    return "csi-" + sha256(f"{volume_id}{driver}{node}".encode()).hexdigest()


class Attacher:
    """Looks after the EBS driver's VolumeAttachments; one look covers all of them."""

    def __init__(self, cluster: Cluster, ec2: Ec2, machines: Machines, faults: Faults) -> None:
        self._cluster = cluster
        self._ec2 = ec2
        self._machines = machines
        self._faults = faults
        self._backoff = Backoff(0.5, 5.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Pods with claims, claims and attachments."""
        if resource in (CLAIMS, ATTACHMENTS) or (resource == "pods" and any(claim_names(obj))):
            yield EVERYTHING

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Detach what no pod uses, then attach what pods are waiting for."""
        wanted = self._wanted()
        fine = True
        for attachment in self._attachments():
            if attachment["metadata"]["name"] not in wanted or is_deleting(attachment):
                fine &= self._detach(attachment)
        for name, (volume, node, pod) in wanted.items():
            fine &= self._attach(name, volume, node, pod)
        if fine:
            self._backoff.forget(EVERYTHING)
            return {}
        return {EVERYTHING: self._backoff.next(EVERYTHING)}

    def _attachments(self) -> list[Object]:
        return [each for each in self._cluster.peek(ATTACHMENTS) if each["spec"].get("attacher") in PROFILES]

    def _wanted(self) -> dict[str, tuple[Object, str, Object]]:
        """Volume, node and one pod for each attachment that should exist, by attachment name."""
        wanted = {}
        for pod in self._cluster.peek("pods"):
            node = pod["spec"].get("nodeName")
            if not node or is_finished(pod):
                continue
            for claim_name in claim_names(pod):
                claim = self._cluster.find(CLAIMS, pod["metadata"]["namespace"], claim_name)
                if claim is None or is_unbound(claim):
                    continue
                volume = self._cluster.find(VOLUMES, None, claim["spec"]["volumeName"])
                if volume is not None and volume_id_of(volume):
                    driver = profile_of_volume(volume).name
                    wanted[attachment_name(volume_id_of(volume), node, driver)] = (volume, node, pod)
        return wanted

    def _attach(self, name: str, volume: Object, node: str, pod: Object) -> bool:
        instance = self._instance(node)
        if not instance:
            return True
        volume_name = volume["metadata"]["name"]
        others = self._attachments()
        mine = next((each for each in others if each["metadata"]["name"] == name), None)
        if mine is not None and mine.get("status", {}).get("attached"):
            return True
        if any(
            each["spec"]["source"].get("persistentVolumeName") == volume_name and each is not mine
            for each in others
        ):
            return self._refuse_second(volume_name, pod)
        if mine is None:
            made = _attachment(name, volume, node, instance)
            self._cluster.store.create(ATTACHMENTS, None, made)
        return self._attach_in_ec2(name, volume, node, instance, pod)

    def _attach_in_ec2(self, name: str, volume: Object, node: str, instance: str, pod: Object) -> bool:
        device = self._free_device(node)
        quoted_name = quoted(volume["metadata"]["name"])
        try:
            self._ec2.attach_volume(volume_id_of(volume), instance, device)
        except Ec2Error as error:
            volume_id, node_id = quoted(volume_id_of(volume)), quoted(instance)
            problem = f"Could not attach volume {volume_id} to node {node_id}: {error}"
            text = (
                f"AttachVolume.Attach failed for volume {quoted_name} : "
                f"rpc error: code = Internal desc = {problem}"
            )
            self._cluster.warning(pod, COMPONENT, "FailedAttachVolume", text)
            return False
        status = {"attached": True, "attachmentMetadata": {"devicePath": device}}
        self._cluster.change(ATTACHMENTS, None, name, lambda obj: obj.update(status=status))
        text = f"AttachVolume.Attach succeeded for volume {quoted_name} "
        self._cluster.normal(pod, COMPONENT, "SuccessfulAttachVolume", text)
        return True

    def _refuse_second(self, volume_name: str, pod: Object) -> bool:
        text = (
            f"Multi-Attach error for volume {quoted(volume_name)} Volume is already exclusively attached to "
            "one node and can't be attached to another"
        )
        self._cluster.warning(pod, COMPONENT, "FailedAttachVolume", text)
        return False

    def _detach(self, attachment: Object) -> bool:
        name, spec = attachment["metadata"]["name"], attachment["spec"]
        instance = attachment["metadata"].get("annotations", {}).get("csi.alpha.kubernetes.io/node-id", "")
        if not is_deleting(attachment):
            if self._may_be_mounted(spec["nodeName"], instance):
                return False
            self._cluster.delete(ATTACHMENTS, None, name)
        volume = self._cluster.find(VOLUMES, None, spec["source"]["persistentVolumeName"])
        if volume is not None and attachment.get("status", {}).get("attached"):
            try:
                self._ec2.detach_volume(volume_id_of(volume), instance)
            except Ec2Error:
                return False
        self._cluster.change(
            ATTACHMENTS, None, name, lambda obj: drop_finalizer(obj, _finalizer(spec["attacher"]))
        )
        return True

    def _may_be_mounted(self, node_name: str, instance: str) -> bool:
        """Whether a dead machine may still have the volume mounted, as far as the control plane can tell."""
        if not self._machines.is_dead(instance):
            return False
        node = self._cluster.find("nodes", None, node_name)
        taints = (node["spec"].get("taints") or []) if node else []
        if any(taint["key"] == OUT_OF_SERVICE for taint in taints):
            return False
        return self._machines.dead_for(instance) < self._faults.switches.force_detach_seconds

    def _instance(self, node_name: str) -> str:
        return instance_of(self._cluster.find("nodes", None, node_name))

    def _free_device(self, node: str) -> str:
        taken = {
            each.get("status", {}).get("attachmentMetadata", {}).get("devicePath")
            for each in self._attachments()
            if each["spec"]["nodeName"] == node
        }
        return next(device for device in DEVICES if device not in taken)


def _finalizer(driver: str) -> str:
    """The name by which a driver's external-attacher guards its attachments.

    https://github.com/kubernetes-csi/external-attacher/blob/master/pkg/controller/util.go
    """
    return "external-attacher/" + driver.replace(".", "-")


def _attachment(name: str, volume: Object, node: str, instance: str) -> Object:
    driver = profile_of_volume(volume).name
    return {
        "metadata": {
            "name": name,
            "annotations": {"csi.alpha.kubernetes.io/node-id": instance},
            "finalizers": [_finalizer(driver)],
        },
        "spec": {
            "attacher": driver,
            "nodeName": node,
            "source": {"persistentVolumeName": volume["metadata"]["name"]},
        },
        "status": {"attached": False},
    }
