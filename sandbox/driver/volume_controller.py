"""The volume controller's half for volumes: available, bound, released, then as reclaimPolicy says.

https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sandbox.driver.claim_binding import VOLUMES
from sandbox.driver.claim_words import volume_id_of
from sandbox.driver.cluster import Cluster, add_finalizer, drop_finalizer, has_finalizer, is_deleting
from sandbox.driver.ec2 import Ec2, Ec2Error
from sandbox.driver.snapshot_words import CLAIMS, Object, quoted
from sandbox.driver.worker import Backoff, Key, key_of

COMPONENT = "persistentvolume-controller"
PROTECTION = "kubernetes.io/pv-protection"
PROVISIONER_PROTECTION = "external-provisioner.volume.kubernetes.io/finalizer"


class VolumeController:
    """Looks after PersistentVolumes."""

    def __init__(self, cluster: Cluster, ec2: Ec2) -> None:
        self._cluster = cluster
        self._ec2 = ec2
        self._backoff = Backoff(0.5, 5.0)

    def keys(self, resource: str, obj: Object) -> Iterable[Key]:
        """Volumes, and the volume of a changed claim."""
        if resource == VOLUMES:
            yield key_of(obj)
        if resource == CLAIMS and obj["spec"].get("volumeName"):
            yield "", obj["spec"]["volumeName"]

    def sync(self, keys: Sequence[Key]) -> Mapping[Key, float]:
        """Bring the volumes up to date."""
        again: dict[Key, float] = {}
        for key in keys:
            volume = self._cluster.find(VOLUMES, None, key[1])
            if volume is not None and not self._sync_one(volume):
                again[key] = self._backoff.next(key)
        return again

    def _sync_one(self, volume: Object) -> bool:
        phase = self._phase(volume)
        self._settle(volume, phase)
        if phase == "Released" and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
            return self._reclaim(volume)
        if phase != "Bound" and is_deleting(volume):
            self._let_go(volume)
        return True

    def _phase(self, volume: Object) -> str:
        reference = volume["spec"].get("claimRef")
        if not reference or not reference.get("uid"):
            return "Available"
        claim = self._cluster.find(CLAIMS, reference["namespace"], reference["name"])
        alive = claim is not None and claim["metadata"]["uid"] == reference["uid"]
        return "Bound" if alive else "Released"

    def _settle(self, volume: Object, phase: str) -> None:
        def settle(obj: Object) -> None:
            obj.setdefault("status", {})["phase"] = phase
            add_finalizer(obj, PROTECTION)

        settled = volume.get("status", {}).get("phase") == phase and has_finalizer(volume, PROTECTION)
        if not settled:
            self._cluster.change(VOLUMES, *key_of(volume), settle)

    def _reclaim(self, volume: Object) -> bool:
        """The data goes first, then the object. A volume that is still attached is retried."""
        volume_id = volume_id_of(volume)
        if volume_id:
            try:
                self._ec2.delete_volume(volume_id)
            except Ec2Error as error:
                problem = f"Could not delete volume ID {quoted(volume_id)}: {error}"
                text = f"rpc error: code = Internal desc = {problem}"
                self._cluster.warning(volume, COMPONENT, "VolumeFailedDelete", text)
                return False
        self._cluster.delete(VOLUMES, None, volume["metadata"]["name"])
        self._let_go(volume)
        return True

    def _let_go(self, volume: Object) -> None:
        self._cluster.change(
            VOLUMES, *key_of(volume), lambda obj: drop_finalizer(obj, PROTECTION, PROVISIONER_PROTECTION)
        )
