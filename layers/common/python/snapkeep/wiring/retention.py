"""The services that delete: prune and the sweep of orphans."""

from __future__ import annotations

from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans
from snapkeep.services.retention.prune import Prune
from snapkeep.wiring.ports import Ports


def prune(ports: Ports) -> Prune:
    """The service that deletes points that retention does not keep."""
    return Prune(
        ports.deployment,
        ports.clusters,
        ports.snapshots,
        ports.journal,
        ports.announcer,
        ports.clock,
        ports.pause,
    )


def sweep_orphans(ports: Ports) -> SweepOrphans:
    """The service that deletes snapshots that no journal knows, so it looks at those of all deployments."""
    return SweepOrphans(
        ports.deployment,
        ports.clusters,
        ports.everybodys_snapshots,
        ports.journal,
        ports.announcer,
        ports.clock,
        ports.pause,
    )
