"""How Velero's CSI backup works through volumes, in the same account.

For each volume it creates a VolumeSnapshot, polls every 5 s until the content has a snapshot handle, and only
then moves on to the next; by default with one worker. The snapshot itself completes in the
background. `pkg/util/csi/volume_snapshot.go` and `pkg/cmd/server/config/config.go`,
https://github.com/vmware-tanzu/velero at d30d389; its maintainer reports 7 to 10 s a volume:
https://github.com/vmware-tanzu/velero/issues/7887
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.simulation.ec2 import SimulatedEc2
from bench.simulation.kernel import Simulation
from snapkeep.domain.errors import Throttled

POLL_SECONDS = 5.0
KUBERNETES_SECONDS = 0.05
DRIVER_SECONDS = 1.0
"""From the VolumeSnapshot until the driver's CreateSnapshot: the snapshot controller and its sidecar."""


class VeleroLoop:
    """Workers that process one volume after the other, each waiting for the handle."""

    def __init__(self, simulation: Simulation, ec2: SimulatedEc2, volumes: int) -> None:
        self._simulation, self._ec2 = simulation, ec2
        self._left: Iterator[str] = iter([f"vol-{number}" for number in range(volumes)])
        self._working = 0
        self._handles: set[str] = set()
        for number in range(volumes):
            ec2.add_volume(f"vol-{number}")

    def run(self, workers: int) -> float:
        """Simulated seconds until the last volume has its handle."""
        self._working = workers
        for _ in range(workers):
            self._simulation.start(self._work)
        self._simulation.run(lambda: self._working == 0, limit=7 * 24 * 3600)
        return self._simulation.seconds

    def _work(self) -> None:
        for volume in self._left:
            self._simulation.sleep(KUBERNETES_SECONDS)
            self._cut(volume, DRIVER_SECONDS)
            while volume not in self._handles:
                self._simulation.sleep(POLL_SECONDS)
        self._working -= 1

    def _cut(self, volume: str, after: float) -> None:
        """The driver creates the snapshot, and retries if EC2 refuses, as its sidecar does with back-off."""

        def create() -> None:
            try:
                self._ec2.create(volume, {}, "velero")
                self._handles.add(volume)
            except Throttled:
                self._cut(volume, 2 * after)

        self._simulation.after(after, create)
