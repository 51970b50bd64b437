"""The services that delete: prune and the sweep of orphans."""

from __future__ import annotations

from collections.abc import Callable

from snapkeep.ports.ec2 import Snapshots
from snapkeep.services.retention.deletion.delete import DeletePoints
from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans
from snapkeep.services.retention.prune import Prune
from snapkeep.services.retention.snapshot_objects import Objects
from snapkeep.wiring.ports import Ports


def prune(ports: Ports) -> Prune:
    """The service that deletes points that retention does not keep."""
    return Prune(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.journal,
        ports.retention_news,
        ports.clock,
        ports.pause,
        _deleter(ports, ports.snapshots),
    )


def sweep_orphans(ports: Ports) -> SweepOrphans:
    """The service that deletes snapshots that no journal knows, so it looks at those of all deployments."""
    return SweepOrphans(
        ports.deployment,
        ports.clusters,
        ports.everybodys_snapshots,
        ports.journal,
        ports.retention_news,
        ports.clock,
        _deleter(ports, ports.everybodys_snapshots),
    )


def _deleter(ports: Ports, snapshots: Snapshots) -> Callable[[str, Objects], DeletePoints]:
    """Gives what deletes the points of a cluster with these objects."""

    def deleter(cluster: str, objects: Objects) -> DeletePoints:
        return DeletePoints(
            ports.deployment.name,
            cluster,
            snapshots,
            ports.journal,
            ports.clock,
            ports.pause,
            ports.deployment.pace,
            objects,
        )

    return deleter
