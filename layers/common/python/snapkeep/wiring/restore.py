"""What brings claims back, and what holds the points that they come from."""

from __future__ import annotations

from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.finish import FinishRestores
from snapkeep.services.restore.holds import HoldPoints
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.wiring.ports import Ports


def hold_points(ports: Ports) -> HoldPoints:
    """What keeps points from pruning."""
    return HoldPoints(ports.snapshots, ports.journal, ports.clock)


def restore(ports: Ports, *, may_delete: bool = True) -> Restore:
    """What makes the objects of a restore; the API's may not delete any."""
    return Restore(ports.clusters, ports.journal, hold_points(ports), ports.clock, may_delete=may_delete)


def finish_restores(ports: Ports) -> FinishRestores:
    """What brings restores to their end."""
    return FinishRestores(
        RestoredClaims(ports.clusters, ports.snapshots),
        ports.journal,
        restore(ports),
        hold_points(ports),
        ports.announcer,
        ports.clock,
    )
