"""Starts and stops the controllers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config

from sandbox.aws.control import AwsControl
from sandbox.aws.control_calls import ControlError
from sandbox.driver.attacher import Attacher
from sandbox.driver.boto_ec2 import BotoEc2
from sandbox.driver.claim_controller import ClaimController
from sandbox.driver.cluster import Cluster
from sandbox.driver.disruption import DisruptionController
from sandbox.driver.ec2 import Ec2
from sandbox.driver.file_systems import FileSystems, root_of_access_points
from sandbox.driver.kubelet import Kubelet
from sandbox.driver.machines import Machines
from sandbox.driver.node_death import NodeDeathController
from sandbox.driver.nodes import NodeController
from sandbox.driver.provisioner import Provisioner
from sandbox.driver.replica_sets import DeploymentController, ReplicaSetController
from sandbox.driver.resizer import Resizer
from sandbox.driver.scheduler import Scheduler
from sandbox.driver.snapshot_controller import SnapshotController
from sandbox.driver.snapshot_cutting import SnapshotCutter
from sandbox.driver.snapshotter import Snapshotter
from sandbox.driver.stateful_sets import StatefulSetController
from sandbox.driver.switches import Faults
from sandbox.driver.volume_controller import VolumeController
from sandbox.driver.worker import Controller, Worker
from sandbox.kubernetes.store import Store

Object = dict[str, Any]

log = logging.getLogger(__name__)

MACHINES_EVERY_SECONDS = 0.25

WATCHED = (
    "nodes",
    "storageclasses",
    "persistentvolumes",
    "persistentvolumeclaims",
    "pods",
    "deployments",
    "replicasets",
    "statefulsets",
    "poddisruptionbudgets",
    "volumeattachments",
    "volumesnapshotcontents",
    "volumesnapshots",
    "configmaps",
    "secrets",
)


class Driver:
    """The running controllers."""

    def __init__(
        self,
        store: Store,
        ec2: Ec2,
        *,
        cluster_name: str,
        region: str,
        machines: Machines | None = None,
        file_systems: FileSystems | None = None,
    ) -> None:
        self._store = store
        self._faults = Faults()
        self._machines = machines or Machines()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch_machines, name="driver-machines", daemon=True)
        cluster = Cluster(store)
        self._workers = [
            Worker(name, controllers)
            for name, controllers in _families(
                cluster, ec2, self._machines, self._faults, cluster_name, region, file_systems
            ).items()
        ]
        self.controls: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"driver": self.control}

    def start(self) -> None:
        """Look at everything that exists, then follow the changes."""
        self._unsubscribe = self._store.subscribe(self._hear)
        for worker in self._workers:
            worker.start()
        self._look_at_everything()
        self._watcher.start()

    def stop(self) -> None:
        """End the threads; objects and EC2 resources stay as they are."""
        self._stopping.set()
        self._watcher.join(10)
        self._unsubscribe()
        for worker in self._workers:
            worker.stop()

    def control(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Switch faults (see `switches.Switches`); return all switches. ValueError names an unknown one."""
        switches = self._faults.set(changes)
        self._look_at_everything()
        return switches

    def _watch_machines(self) -> None:
        while not self._stopping.wait(MACHINES_EVERY_SECONDS):
            try:
                if self._machines.look():
                    self._look_at_everything()
            except ControlError as error:
                log.warning("the states of the machines are not known: %s", error)

    def _look_at_everything(self) -> None:
        for resource in WATCHED:
            for obj in self._store.list(resource):
                self._hear("ADDED", resource, obj)

    def _hear(self, _change: str, resource: str, obj: Object) -> None:
        if resource in WATCHED:
            for worker in self._workers:
                worker.tell(resource, obj)


def _families(
    cluster: Cluster,
    ec2: Ec2,
    machines: Machines,
    faults: Faults,
    cluster_name: str,
    region: str,
    file_systems: FileSystems | None,
) -> dict[str, Sequence[Controller]]:
    """One thread per family, so that EC2 calls in one never hold up another."""
    provisioner = Provisioner(cluster, ec2, faults, cluster_name, region)
    cutter = SnapshotCutter(ec2, faults, cluster_name)
    return {
        "snapshots": [SnapshotController(cluster, faults)],
        "snapshotter": [Snapshotter(cluster, ec2, cutter, faults)],
        "claims": [
            ClaimController(cluster, provisioner, Resizer(cluster, ec2), faults),
            VolumeController(cluster, ec2),
        ],
        "attachments": [Attacher(cluster, ec2, machines, faults)],
        "workloads": [
            NodeController(cluster),
            NodeDeathController(cluster, machines, faults),
            DeploymentController(cluster),
            ReplicaSetController(cluster),
            StatefulSetController(cluster),
            Scheduler(cluster),
            Kubelet(cluster, machines, file_systems),
            DisruptionController(cluster),
        ],
    }


def start(
    store: Store,
    *,
    cluster_name: str,
    region: str,
    aws_endpoint: str,
    access_key: str = "test",
    secret_key: str = "test",
    session_token: str | None = None,
) -> Driver:
    """Start the controllers on `store` and the EC2 API at `aws_endpoint`; the caller stops the Driver."""
    access: dict[str, Any] = {
        "region_name": region,
        "endpoint_url": aws_endpoint,
        "aws_access_key_id": access_key,
        "aws_secret_access_key": secret_key,
        "aws_session_token": session_token,
    }
    config = Config(retries={"mode": "standard", "max_attempts": 3}, max_pool_connections=20)
    client = boto3.client("ec2", config=config, **access)
    control = AwsControl(aws_endpoint, timeout=5)
    file_systems = FileSystems(control.files, root_of_access_points(boto3.client("efs", **access)))
    machines = Machines(control.instances)
    driver = Driver(
        store,
        BotoEc2(client),
        cluster_name=cluster_name,
        region=region,
        machines=machines,
        file_systems=file_systems,
    )
    driver.start()
    return driver
