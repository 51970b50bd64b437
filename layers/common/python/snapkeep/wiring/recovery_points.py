"""The services that delete recovery points of file systems, and report what else is in their vault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from snapkeep.domain.messages import FILE_SYSTEMS

if TYPE_CHECKING:
    from snapkeep.domain.messages import PruneRequest
    from snapkeep.services.efs.pruning.read_recovery_points import ReadRecoveryPoints
    from snapkeep.services.efs.pruning.scope import FileSystems
    from snapkeep.services.efs.pruning.sweep_vault import SweepVault
    from snapkeep.services.retention.prune import Prune
    from snapkeep.wiring.ports import Ports


def prune_file_systems(ports: Ports) -> Prune:
    """The service that deletes recovery points that retention does not keep, of all file systems at once."""
    from snapkeep.wiring.retention import prune_scopes

    def scopes(request: PruneRequest) -> Sequence[FileSystems]:
        return [_file_systems(ports)] if request.cluster in ("", FILE_SYSTEMS) else []

    return prune_scopes(ports, "prune_file_systems", scopes)


def sweep_vault(ports: Ports) -> SweepVault:
    """The service that reports recovery points that belong to no backup."""
    from snapkeep.services.efs.pruning.sweep_vault import SweepVault
    from snapkeep.wiring.troubles import give_up

    news = ports.retention_news
    given_up = give_up(ports, news, "sweep_file_systems", timedelta())
    return SweepVault(_reader(ports), ports.journal.prunes, given_up, news, ports.clock)


def _file_systems(ports: Ports) -> FileSystems:
    from snapkeep.services.copies.pruning.our_copies import NoObjects
    from snapkeep.services.efs.pruning.needed import needed_points
    from snapkeep.services.efs.pruning.our_recovery_points import OurRecoveryPoints
    from snapkeep.services.efs.pruning.scope import FileSystems
    from snapkeep.services.efs.pruning.vault_points import PlannedPoints, VaultPoints
    from snapkeep.wiring.retention import decide_prune, deleter_of

    journal, vault, name = ports.journal, ports.backup_vault, ports.deployment.name
    needed = partial(needed_points, journal.efs_restores)
    points = VaultPoints(vault, needed)
    return FileSystems(
        ports.deployment,
        _reader(ports),
        decide_prune(ports, PlannedPoints(vault, needed, name)),
        deleter_of(ports, FILE_SYSTEMS, OurRecoveryPoints(name), points, NoObjects(), "AWS Backup"),
    )


def _reader(ports: Ports) -> ReadRecoveryPoints:
    from snapkeep.services.efs.pruning.gone_file_systems import FindGoneFileSystems
    from snapkeep.services.efs.pruning.read_recovery_points import ReadRecoveryPoints

    journal = ports.journal
    stores = journal.efs_backups, journal.prunes, journal.retentions, journal.deletions
    find_gone = FindGoneFileSystems(ports.efs_file_systems, journal.retentions)
    return ReadRecoveryPoints(ports.deployment, ports.backup_vault, *stores, find_gone)
