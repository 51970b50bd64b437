"""Which EBS volumes a pod mounts, as claims, volumes and attachments say at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.e2e.controlplane.remote_store import Object, RemoteStore

EBS = "ebs.csi.aws.com"
PENDING = "FileSystemResizePending"


@dataclass(frozen=True)
class Mounts:
    """Claims by namespace and name, volumes by name, and what is attached where."""

    claims: Mapping[tuple[str, str], Object]
    volumes: Mapping[str, Object]
    attachments: frozenset[tuple[str, str]]
    """Node and volume name; "" for a migrated in-tree volume, which an attachment does not name."""

    @classmethod
    def read(cls, store: RemoteStore) -> Mounts:
        """What the API server says now."""
        claims = {
            (each["metadata"]["namespace"], each["metadata"]["name"]): each
            for each in store.list("persistentvolumeclaims")
        }
        volumes = {each["metadata"]["name"]: each for each in store.list("persistentvolumes")}
        attachments = frozenset(
            (each["spec"]["nodeName"], each["spec"]["source"].get("persistentVolumeName") or "")
            for each in store.list("volumeattachments")
            if each.get("status", {}).get("attached")
        )
        return cls(claims, volumes, attachments)

    def of(self, pod: Object) -> list[tuple[str, str]] | None:
        """(volume name, EC2 volume) of each EBS volume of a pod; None while a claim is not bound."""
        found = []
        for name in _claim_names(pod):
            claim = self.claims.get((pod["metadata"]["namespace"], name))
            if not claim or claim["status"].get("phase") != "Bound":
                return None
            volume = self.volumes.get(claim["spec"]["volumeName"])
            if volume is None:
                return None
            if handle := _handle(volume):
                found.append((volume["metadata"]["name"], handle))
        return found

    def attached(self, pod: Object, node: Object) -> bool:
        """Whether all that the pod mounts from EBS is at its node."""
        wanted, name = self.of(pod), node["metadata"]["name"]
        if wanted is None:
            return False
        return all(
            (name, volume) in self.attachments or (name, "") in self.attachments for volume, _ in wanted
        )

    def volume(self, claim: Object) -> Object:
        """The volume of a bound claim. KeyError when there is none."""
        return self.volumes[claim["spec"]["volumeName"]]

    def to_expand(self, pods: Iterable[Object]) -> list[Object]:
        """The claims whose grown volume a running pod uses and whose file system has not grown yet."""
        used = {
            (pod["metadata"]["namespace"], name)
            for pod in pods
            if pod["status"].get("phase") == "Running"
            for name in _claim_names(pod)
        }
        return [
            claim
            for key, claim in self.claims.items()
            if key in used
            and any(each["type"] == PENDING for each in claim["status"].get("conditions") or [])
        ]


def _claim_names(pod: Object) -> list[str]:
    sources = [each.get("persistentVolumeClaim") for each in pod["spec"].get("volumes") or []]
    return [source["claimName"] for source in sources if source]


def _handle(volume: Object) -> str:
    """The EC2 volume behind a volume of the driver or of the in-tree plugin, else ""."""
    spec = volume["spec"]
    if spec.get("csi", {}).get("driver") == EBS:
        return str(spec["csi"]["volumeHandle"])
    return str(spec.get("awsElasticBlockStore", {}).get("volumeID", "")).rpartition("/")[2]
