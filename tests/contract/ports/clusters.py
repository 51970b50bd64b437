"""A cluster under test, filled the same way whether it is the fake or the sandbox's Kubernetes API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.kubernetes.cluster import ClusterServer, Settings
from snapkeep.adapters.kubernetes.client import KubernetesClient
from snapkeep.adapters.kubernetes.cluster import KubernetesCluster
from snapkeep.domain.claims import Claim, ScratchVolume, Volume, VolumeKind
from snapkeep.ports.kubernetes import Cluster, SnapshotSupport
from tests.contract.ports.official_transport import official_transport
from tests.fakes import FakeCluster, FakeSnapshots

GIB = 2**30
GROUP = "snapshot.storage.k8s.io/v1"


class World(ABC):
    """What a test may do to a cluster besides using the port."""

    cluster: Cluster

    @abstractmethod
    def add_claim(self, name: str, namespace: str = "default", gib: int = 4) -> None:
        """A bound claim on the EBS volume `vol-<name>`."""

    @abstractmethod
    def add_pod(self, name: str, phase: str, *kinds: str) -> None:
        """A pod with a volume `v` of each of these kinds."""

    @abstractmethod
    def remove_crds(self) -> None:
        """Take the snapshot CRDs away."""

    @abstractmethod
    def put_foreign_snapshot(self, namespace: str, name: str) -> None:
        """A VolumeSnapshot that somebody else made."""

    @abstractmethod
    def bind(self, namespace: str, name: str, volume: str) -> None:
        """Let the driver cut the VolumeSnapshot."""

    @abstractmethod
    def begin(self, namespace: str, name: str, volume: str) -> str:
        """Let the controller make the content, for which nothing is cut yet; its name."""

    @abstractmethod
    def hold(self, namespace: str, name: str, finalizer: str) -> None:
        """Let a finalizer hold the VolumeSnapshot (the content, when the namespace is empty)."""

    @abstractmethod
    def let_go(self, namespace: str, name: str) -> None:
        """Take the finalizers of that object away."""

    @abstractmethod
    def flip(self, name: str) -> None:
        """Let somebody set the deletionPolicy of a content to Delete."""

    @abstractmethod
    def make_ready(self, namespace: str, name: str) -> None:
        """Let the sidecar see that it completed."""


class FakeWorld(World):
    """The fake."""

    def __init__(self) -> None:
        self.cluster = self.fake = FakeCluster("myeks")

    def add_claim(self, name: str, namespace: str = "default", gib: int = 4) -> None:
        self.fake.claim_list.append(
            Claim(
                cluster="myeks",
                namespace=namespace,
                name=name,
                uid=f"uid-{name}",
                phase="Bound",
                requested=f"{gib}Gi",
                requested_bytes=gib * GIB,
                storage_class="gp3",
                access_modes=("ReadWriteOnce",),
                volume_mode="Filesystem",
                volume=Volume(f"pv-{name}", VolumeKind.EBS_CSI, "ebs.csi.aws.com", f"vol-{name}", "xfs", "a"),
                labels={"app": name},
            )
        )

    def add_pod(self, name: str, phase: str, *kinds: str) -> None:
        if phase == "Running":
            self.fake.scratch_list += [ScratchVolume("myeks", "default", name, "v", kind) for kind in kinds]

    def remove_crds(self) -> None:
        self.fake.support = SnapshotSupport(False, "the snapshot CRDs are not installed", installed=False)

    def put_foreign_snapshot(self, namespace: str, name: str) -> None:
        self.fake.put_foreign_snapshot(namespace, name)

    def bind(self, namespace: str, name: str, volume: str) -> None:
        ebs = FakeSnapshots()
        ebs.add_volume(volume)
        self.fake.run_driver(ebs)

    def begin(self, namespace: str, name: str, volume: str) -> str:
        return self.fake.begin(namespace, name)

    def hold(self, namespace: str, name: str, finalizer: str) -> None:
        self.fake.hold(name, finalizer)

    def let_go(self, namespace: str, name: str) -> None:
        self.fake.let_go(name)

    def flip(self, name: str) -> None:
        self.fake.flip(name)

    def make_ready(self, namespace: str, name: str) -> None:
        self.fake.mark_ready()


class SandboxWorld(World):
    """The real adapter and the sandbox's API server, over TLS."""

    def __init__(self, folder: Path) -> None:
        self.server = ClusterServer(Settings(folder))
        self.server.start()
        self.store = self.server.store
        authority = self.server.certificate_authority.read_text()
        http = official_transport(self.server.url, authority)
        self.cluster = KubernetesCluster(
            KubernetesClient("myeks", self.server.url, http, self), lambda: datetime.now(UTC)
        )
        self._create(
            "volumesnapshotclasses",
            None,
            {"driver": "ebs.csi.aws.com", "deletionPolicy": "Retain", "metadata": {"name": "snapkeep-myeks"}},
        )

    def token(self) -> str:
        return self.server.admin_token

    def drop(self) -> None:
        raise AssertionError("the sandbox refused its own token")

    def add_claim(self, name: str, namespace: str = "default", gib: int = 4) -> None:
        zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["a"]}
        affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}
        csi = {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{name}", "fsType": "xfs"}
        volume = {"metadata": {"name": f"pv-{name}"}, "spec": {"csi": csi, "nodeAffinity": affinity}}
        spec = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{gib}Gi"}},
            "storageClassName": "gp3",
            "volumeMode": "Filesystem",
            "volumeName": f"pv-{name}",
        }
        metadata = {"name": name, "namespace": namespace, "labels": {"app": name}}
        self._create("persistentvolumes", None, volume)
        claim = {"metadata": metadata, "spec": spec, "status": {"phase": "Bound"}}
        self._create("persistentvolumeclaims", namespace, claim)

    def add_pod(self, name: str, phase: str, *kinds: str) -> None:
        volumes = [{"name": "v", kind: {}} for kind in kinds]
        pod = {"metadata": {"name": name}, "spec": {"volumes": volumes}, "status": {"phase": phase}}
        self._create("pods", "default", pod)

    def remove_crds(self) -> None:
        self.server.controls["faults"]({"snapshot_crds": False})

    def put_foreign_snapshot(self, namespace: str, name: str) -> None:
        spec = {"source": {"persistentVolumeClaimName": "foreign"}}
        self._create("volumesnapshots", namespace, {"metadata": {"name": name}, "spec": spec})

    def bind(self, namespace: str, name: str, volume: str) -> None:
        self._content(namespace, name, volume, snapshotHandle=f"snap-{1:017x}")

    def begin(self, namespace: str, name: str, volume: str) -> str:
        return self._content(namespace, name, volume, readyToUse=False)

    def _content(self, namespace: str, name: str, volume: str, **status: Any) -> str:
        found = self.store.get("volumesnapshots", namespace, name)
        reference = {"namespace": namespace, "name": name, "uid": found["metadata"]["uid"]}
        content = {
            "metadata": {"name": f"snapcontent-{found['metadata']['uid']}"},
            "spec": {
                "volumeSnapshotRef": reference,
                "source": {"volumeHandle": volume},
                "deletionPolicy": "Retain",
                "volumeSnapshotClassName": "snapkeep-myeks",
            },
            "status": status,
        }
        self._create("volumesnapshotcontents", None, content)
        bound = str(content["metadata"]["name"])
        self._set_status(namespace, name, boundVolumeSnapshotContentName=bound, readyToUse=False)
        return bound

    def hold(self, namespace: str, name: str, finalizer: str) -> None:
        self._set_finalizers(namespace, name, [finalizer])

    def let_go(self, namespace: str, name: str) -> None:
        self._set_finalizers(namespace, name, [])

    def _set_finalizers(self, namespace: str, name: str, finalizers: list[str]) -> None:
        plural = "volumesnapshots" if namespace else "volumesnapshotcontents"
        self.store.update(
            plural, namespace or None, name, lambda old: old["metadata"].update(finalizers=finalizers)
        )

    def flip(self, name: str) -> None:
        self.store.update(
            "volumesnapshotcontents", None, name, lambda old: old["spec"].update(deletionPolicy="Delete")
        )

    def make_ready(self, namespace: str, name: str) -> None:
        self._set_status(namespace, name, readyToUse=True)

    def add_class(self, name: str, binding: str) -> None:
        """A storage class of the EBS CSI driver."""
        fields = {"provisioner": "ebs.csi.aws.com", "volumeBindingMode": binding}
        self._create("storageclasses", None, {"metadata": {"name": name}, **fields})

    def stop(self) -> None:
        """End the server."""
        self.server.stop()

    def _create(self, plural: str, namespace: str | None, document: dict[str, Any]) -> None:
        self.store.create(plural, namespace, document)

    def _set_status(self, namespace: str, name: str, **status: Any) -> None:
        found = self.store.get("volumesnapshots", namespace, name)
        found["status"] = found.get("status", {}) | status
        self.store.update("volumesnapshots", namespace, name, lambda old: old.update(found))
