"""What deletes: prune and the sweep of orphans."""

from __future__ import annotations

from snapkeep.services.retention.deletion.sweep_orphans import SweepOrphans
from snapkeep.services.retention.prune import Prune
from snapkeep.wiring.ports import Ports


def prune(ports: Ports) -> Prune:
    """What deletes points that retention does not keep."""
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
    """What deletes snapshots that no journal knows: it looks at those of all deployments."""
    return SweepOrphans(
        ports.deployment,
        ports.clusters,
        ports.everybodys_snapshots,
        ports.journal,
        ports.announcer,
        ports.clock,
        ports.pause,
    )
