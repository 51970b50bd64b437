"""The services that restore claims on EFS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up

if TYPE_CHECKING:
    from snapkeep.services.efs.restore.follow import FollowEfsRestores
    from snapkeep.services.efs.restore.requests import RequestEfsRestore
    from snapkeep.wiring.ports import Ports


def request_efs_restores(ports: Ports) -> RequestEfsRestore:
    """The service that plans, starts and shows restores, and is told what people saw."""
    from snapkeep.services.efs.restore.plan import PlanEfsRestore
    from snapkeep.services.efs.restore.requests import RequestEfsRestore

    planner = PlanEfsRestore(
        ports.deployment,
        ports.clusters,
        ports.journal.efs_backups,
        ports.backup_vault,
        ports.efs_file_systems,
        ports.clock,
    )
    return RequestEfsRestore(planner, ports.journal.efs_restores, ports.restore_follower, ports.clock)


def follow_efs_restores(ports: Ports) -> FollowEfsRestores:
    """The service that brings restores on."""
    from snapkeep.services.efs.restore.follow import FUNCTION, PATIENCE, FollowEfsRestores

    return FollowEfsRestores(
        ports.restore_jobs,
        ports.access_point_maker,
        ports.journal.efs_restores,
        give_up(ports, ports.announcer, FUNCTION, PATIENCE),
        ports.deployment.name,
        ports.clock,
    )
