"""The services that back up EFS file systems."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.wiring.backup import check_slot
from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.services.efs.back_up import BackUpFileSystems
    from snapkeep.services.efs.catch_up import CatchUp
    from snapkeep.services.efs.follow import FollowBackups
    from snapkeep.services.efs.serve_slot import ServeSlot
    from snapkeep.services.efs.watch import WatchBackups
    from snapkeep.wiring.ports import Ports

PATIENCE = timedelta(minutes=40)
"""Work that failed in three passes in a row is reported."""


def serve_slot(ports: Ports) -> ServeSlot:
    """The service that begins the backups of a slot."""
    from snapkeep.services.efs.serve_slot import ServeSlot
    from snapkeep.services.efs.watch import FUNCTION

    tell = tell_troubles(ports, ports.announcer)
    return ServeSlot(ports.deployment, check_slot(ports, FUNCTION), _back_up(ports), tell)


def watch_backups(ports: Ports) -> WatchBackups:
    """The service that brings backups to their end."""
    from snapkeep.services.efs.watch import FUNCTION, WatchBackups

    return WatchBackups(
        ports.deployment,
        _catch_up(ports),
        _follow(ports),
        ports.journal.efs_backups,
        tell_troubles(ports, ports.announcer),
        give_up(ports, ports.announcer, FUNCTION, PATIENCE),
        ports.clock,
    )


def _follow(ports: Ports) -> FollowBackups:
    from snapkeep.services.efs.follow import FollowBackups

    return FollowBackups(ports.backup_jobs, ports.journal.efs_backups, ports.clock)


def _back_up(ports: Ports) -> BackUpFileSystems:
    from snapkeep.services.efs.back_up import BackUpFileSystems
    from snapkeep.services.efs.claims_on_efs import ClaimsOnEfs

    return BackUpFileSystems(
        ports.deployment,
        ports.clusters,
        ClaimsOnEfs(ports.access_points),
        ports.journal.efs_backups,
        _follow(ports),
        ports.clock,
    )


def _catch_up(ports: Ports) -> CatchUp:
    from snapkeep.services.efs.catch_up import CatchUp

    journal = ports.journal
    return CatchUp(
        _back_up(ports), journal.efs_backups, journal.slots, ports.calendar, ports.announcer, ports.clock
    )
