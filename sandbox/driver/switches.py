"""Driver faults that a test or a demo can switch on through the control named `driver`."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sandbox.driver.ec2 import Ec2Error, Ec2Snapshot
from sandbox.driver.profiles import (
    ANY_SNAPSHOT,
    BLOCK_STORAGE,
    DRIVER_POLICIES,
    SCOPED_BLOCK_STORAGE,
    Profile,
)


@dataclass(frozen=True, slots=True)
class Switches:
    """The state of all switches; the defaults are a healthy cluster."""

    snapshot_controller: str = "running"
    """`missing`: it is not installed, so VolumeSnapshots never get a status."""
    sidecar: str = "running"
    """`stuck`: contents stay readyToUse false although EC2 has finished."""
    slow_seconds: float = 0.0
    """Real seconds before the driver does anything in EC2 for an object."""
    create_snapshot_error: str = ""
    """Error code with which EC2 answers the driver's CreateSnapshot, such as RequestLimitExceeded."""
    create_snapshot_error_times: int = 1
    """How many CreateSnapshot calls get that error."""
    driver_policy: str = ANY_SNAPSHOT
    """The IAM policy of the driver's role. `AmazonEBSCSIDriverPolicyV2` allows volumes only from snapshots
    that carry `ebs.csi.aws.com/cluster=true`, `AmazonEBSCSIDriverEKSClusterScopedPolicy` only from those
    whose `ebs.csi.aws.com/cluster-name` is the cluster; the older policy allows any.
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html"""
    block_storage_policy: str = SCOPED_BLOCK_STORAGE
    """The IAM policy of EKS Auto Mode's cluster role. Today's allows volumes only from snapshots that name
    the cluster, `AmazonEKSBlockStoragePolicy` from any; neither allows snapshots with tags not its own.
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSBlockStoragePolicyV2.html"""
    node_grace_seconds: float = 50.0
    """Real seconds until a node whose machine died becomes not ready (node-monitor-grace-period)."""
    cloud_controller: str = "running"
    """`missing`: nobody deletes the Node objects of terminated machines."""
    force_detach_seconds: float = 360.0
    """Real seconds until Kubernetes detaches a dead machine's volume by itself
    (ReconcilerMaxWaitForUnmountDuration)."""

    def changed(self, changes: dict[str, Any]) -> Switches:
        """A copy with `changes`. ValueError names an unknown switch or an invalid value."""
        known = [each.name for each in fields(self)]
        unknown = sorted(set(changes) - set(known))
        if unknown:
            raise ValueError(f"no such switch: {', '.join(unknown)}; there are {', '.join(known)}")
        switches = replace(self, **changes)
        if switches.snapshot_controller not in ("running", "missing"):
            raise ValueError("snapshot_controller is running or missing")
        if switches.sidecar not in ("running", "stuck"):
            raise ValueError("sidecar is running or stuck")
        if switches.cloud_controller not in ("running", "missing"):
            raise ValueError("cloud_controller is running or missing")
        if switches.driver_policy not in DRIVER_POLICIES:
            raise ValueError(f"driver_policy is one of {', '.join(DRIVER_POLICIES)}")
        if switches.block_storage_policy not in (BLOCK_STORAGE, SCOPED_BLOCK_STORAGE):
            raise ValueError(f"block_storage_policy is {BLOCK_STORAGE} or {SCOPED_BLOCK_STORAGE}")
        return switches


class Faults:
    """The active switches, and their effect on a call."""

    def __init__(self) -> None:
        self.switches = Switches()
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}

    def set(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change switches; return all of them. An empty dict only reads."""
        with self._lock:
            self.switches = self.switches.changed(changes)
            self._seen.clear()
            return asdict(self.switches)

    def delay(self, uid: str) -> float:
        """Seconds that a slow driver still delays the object; 0.0 once its turn has come."""
        seconds = self.switches.slow_seconds
        if not seconds:
            return 0.0
        first = self._seen.setdefault(uid, time.monotonic())
        return max(0.0, first + seconds - time.monotonic())

    def check_restore(self, snapshot: Ec2Snapshot | None, profile: Profile, cluster_name: str) -> None:
        """Raise Ec2Error if the driver may not create volumes from this snapshot."""
        if snapshot is not None:
            switches = self.switches
            policy = switches.block_storage_policy if profile.is_auto else switches.driver_policy
            profile.check_restore(snapshot, policy, cluster_name)

    def check_create_snapshot(self) -> None:
        """Raise the Ec2Error that is switched on, and count it down."""
        with self._lock:
            code, times = self.switches.create_snapshot_error, self.switches.create_snapshot_error_times
            if not code or times < 1:
                return
            self.switches = replace(self.switches, create_snapshot_error_times=times - 1)
        raise Ec2Error("CreateSnapshot", code, "Injected by the sandbox.", request_id="sandbox")
