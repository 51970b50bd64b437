"""A small cluster for the tests of the driver: objects in one line each, and waiting without guessing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.driver import Driver
from sandbox.driver.cluster import Cluster
from sandbox.driver.ec2 import Ec2
from sandbox.driver.file_systems import FileSystems
from sandbox.driver.machines import Machines
from sandbox.kubernetes.controllers import Controllers
from sandbox.kubernetes.store import Store
from tests.contract.sandbox_driver.fake_ec2 import FakeEc2

Object = dict[str, Any]
PREFIX = "snapshot.storage.kubernetes.io"
NAMESPACE = "default"


class Lab:
    """A store with its garbage collector, a fake EC2 unless another is given, and the running controllers."""

    def __init__(self, *, instant: bool = True, cluster_name: str = "", ec2: Ec2 | None = None) -> None:
        self.store = Store()
        self.cluster = Cluster(self.store)
        self.ec2 = FakeEc2(instant=instant)
        self.machines: dict[str, str] = {}
        self.files: dict[str, dict[str, str]] = {}
        self.access_points: dict[str, str] = {}
        self.collector = Controllers(self.store)
        self.collector.start()
        self.driver = Driver(
            self.store,
            ec2 or self.ec2,
            cluster_name=cluster_name,
            region="ap-northeast-2",
            machines=Machines(lambda: self.machines),
            file_systems=FileSystems(lambda name: self.files.get(name, {}), self.access_points.get),
        )
        self.driver.start()

    def stop(self) -> None:
        """End all threads."""
        self.driver.stop()
        self.collector.stop()

    def until(self, done: Callable[[], Any], what: str = "", seconds: float = 30.0) -> Any:
        """Wait for something true and return it."""
        end = time.monotonic() + seconds
        while not (found := done()):
            assert time.monotonic() < end, f"not within {seconds} s: {what}"
            time.sleep(0.01)
        return found

    def get(self, resource: str, name: str, namespace: str | None = NAMESPACE) -> Object | None:
        return self.cluster.find(resource, namespace, name)

    def events(self, name: str, reason: str = "") -> list[Object]:
        """Events about the object of that name, oldest first."""
        return [
            event
            for event in sorted(
                self.store.list("events"), key=lambda each: int(each["metadata"]["resourceVersion"])
            )
            if event["involvedObject"]["name"] == name and reason in ("", event["reason"])
        ]

    def texts(self, name: str, reason: str) -> list[str]:
        return [event["message"] for event in self.events(name, reason)]

    def storage_class(
        self, name: str = "gp3", mode: str = "Immediate", policy: str = "Delete", **parameters: str
    ) -> None:
        self.store.create(
            "storageclasses",
            None,
            {
                "metadata": {"name": name},
                "provisioner": "ebs.csi.aws.com",
                "parameters": {"type": "gp3", "encrypted": "true", **parameters},
                "volumeBindingMode": mode,
                "reclaimPolicy": policy,
                "allowVolumeExpansion": True,
            },
        )

    def node(self, name: str, zone: str, instance: str = "", **labels: str) -> None:
        self.store.create(
            "nodes",
            None,
            {
                "metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": zone, **labels}},
                "spec": {"providerID": f"aws:///{zone}/{instance or 'i-' + name}"},
                "status": {"conditions": [{"type": "Ready", "status": "True"}]},
            },
        )

    def claim(
        self,
        name: str,
        size: str = "4Gi",
        snapshot: str = "",
        storage_class: str = "gp3",
        *,
        namespace: str = NAMESPACE,
        **more: Any,
    ) -> Object:
        spec: Object = {
            **more,
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": size}},
        }
        if snapshot:
            spec["dataSource"] = {
                "apiGroup": "snapshot.storage.k8s.io",
                "kind": "VolumeSnapshot",
                "name": snapshot,
            }
        claim = {"metadata": {"name": name}, "spec": spec, "status": {"phase": "Pending"}}
        return self.store.create("persistentvolumeclaims", namespace, claim)

    def bound_claim(self, name: str, size: str = "4Gi") -> Object:
        """A claim that is bound; returns its volume."""
        if self.get("storageclasses", "gp3", None) is None:
            self.storage_class()
        self.claim(name, size)
        claim = self.until(lambda: self.is_bound(name), f"{name} bound")
        found = self.get("persistentvolumes", claim["spec"]["volumeName"], None)
        assert found is not None
        return found

    def is_bound(self, name: str, namespace: str = NAMESPACE) -> Object | None:
        claim = self.get("persistentvolumeclaims", name, namespace)
        return claim if claim and claim.get("status", {}).get("phase") == "Bound" else None

    def namespace(self, name: str) -> None:
        """Make a namespace."""
        meta = {"name": name}
        self.store.create("namespaces", None, {"metadata": meta, "spec": {"finalizers": ["kubernetes"]}})

    def imported(self, handle: str, name: str, namespace: str, policy: str = "Retain") -> str:
        """A VolumeSnapshot and its content, written for an EC2 snapshot; returns the content's name."""
        content, spec = (
            f"{namespace}-{name}",
            {"source": {"volumeSnapshotContentName": f"{namespace}-{name}"}},
        )
        wanted = {
            "deletionPolicy": policy,
            "driver": "ebs.csi.aws.com",
            "source": {"snapshotHandle": handle},
            "volumeSnapshotRef": {"name": name, "namespace": namespace},
        }
        self.store.create("volumesnapshotcontents", None, {"metadata": {"name": content}, "spec": wanted})
        self.store.create("volumesnapshots", namespace, {"metadata": {"name": name}, "spec": spec})
        return content

    def snapshot_class(self, name: str = "keep", policy: str = "Retain", **parameters: str) -> None:
        self.store.create(
            "volumesnapshotclasses",
            None,
            {
                "metadata": {"name": name},
                "driver": "ebs.csi.aws.com",
                "deletionPolicy": policy,
                "parameters": parameters,
            },
        )

    def snapshot(self, name: str, claim: str, snapshot_class: str | None = "keep") -> Object:
        spec: Object = {"source": {"persistentVolumeClaimName": claim}}
        if snapshot_class:
            spec["volumeSnapshotClassName"] = snapshot_class
        return self.store.create("volumesnapshots", NAMESPACE, {"metadata": {"name": name}, "spec": spec})

    def status(self, snapshot: str) -> Object:
        found = self.get("volumesnapshots", snapshot)
        return dict(found.get("status", {})) if found else {}

    def error(self, snapshot: str) -> str:
        return str(self.status(snapshot).get("error", {}).get("message", ""))

    def ready(self, snapshot: str) -> Object:
        """Wait until the snapshot is ready; returns its content."""
        status = self.until(lambda: self.status(snapshot).get("readyToUse") and self.status(snapshot))
        content = self.get("volumesnapshotcontents", status["boundVolumeSnapshotContentName"], None)
        assert content is not None
        return content

    def pod(self, name: str, claims: list[str], **selector: str) -> Object:
        volumes = [{"name": each, "persistentVolumeClaim": {"claimName": each}} for each in claims]
        spec = {
            "containers": [{"name": "app", "image": "busybox"}],
            "volumes": volumes,
            "nodeSelector": selector,
        }
        return self.store.create("pods", NAMESPACE, {"metadata": {"name": name}, "spec": spec})

    def phase(self, pod: str) -> str:
        found = self.get("pods", pod)
        return str(found.get("status", {}).get("phase", "")) if found else "gone"
