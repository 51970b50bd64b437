"""The external-resizer: a bound claim that asks for more gets a larger volume.

No kubelet grows filesystems here, so the last step counts as done.
https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
"""

from __future__ import annotations

from sandbox.driver.claim_binding import VOLUMES
from sandbox.driver.claim_words import volume_id_of
from sandbox.driver.cluster import Cluster
from sandbox.driver.ec2 import DRIVER, Ec2, Ec2Error
from sandbox.driver.snapshot_words import CLAIMS, Object, quoted
from sandbox.driver.worker import Backoff, key_of
from sandbox.kubernetes.quantity import to_bytes, to_gib

COMPONENT = f"external-resizer {DRIVER}"


class Resizer:
    """Grows volumes."""

    def __init__(self, cluster: Cluster, ec2: Ec2) -> None:
        self._cluster = cluster
        self._ec2 = ec2
        self._backoff = Backoff(0.5, 5.0)

    def resize(self, claim: Object, volume: Object) -> float | None:
        """Grow the volume if the claim asks for more; seconds until the next try, None if all is well."""
        volume_id = volume_id_of(volume)
        wanted = claim["spec"]["resources"]["requests"]["storage"]
        has = claim.get("status", {}).get("capacity", {}).get("storage", "0")
        if not volume_id or to_bytes(wanted) <= to_bytes(has):
            return None
        name = volume["metadata"]["name"]
        self._cluster.normal(claim, COMPONENT, "Resizing", f"External resizer is resizing volume {name}")
        gib = to_gib(to_bytes(wanted))
        try:
            self._ec2.grow_volume(volume_id, gib)
        except Ec2Error as error:
            problem = (
                f"rpc error: code = Internal desc = Could not resize volume {quoted(volume_id)}: {error}"
            )
            text = f"resize volume {quoted(name)} by resizer {quoted(DRIVER)} failed: {problem}"
            self._cluster.warning(claim, COMPONENT, "VolumeResizeFailed", text)
            return self._backoff.next(key_of(claim))
        self._finish(claim, name, f"{gib}Gi")
        return None

    def _finish(self, claim: Object, volume_name: str, size: str) -> None:
        self._cluster.change(
            VOLUMES, None, volume_name, lambda obj: obj["spec"]["capacity"].update(storage=size)
        )
        text = "Require file system resize of volume on node"
        self._cluster.normal(claim, COMPONENT, "FileSystemResizeRequired", text)
        self._cluster.change(
            CLAIMS, *key_of(claim), lambda obj: obj["status"].setdefault("capacity", {}).update(storage=size)
        )
        text = "MountVolume.NodeExpandVolume succeeded for volume " + quoted(volume_name)
        self._cluster.normal(claim, "kubelet", "FileSystemResizeSuccessful", text)
