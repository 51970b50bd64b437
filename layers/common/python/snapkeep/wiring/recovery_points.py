"""The service that deletes recovery points of file systems."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from snapkeep.domain.messages import FILE_SYSTEMS

if TYPE_CHECKING:
    from snapkeep.domain.messages import PruneRequest
    from snapkeep.services.efs.pruning.scope import FileSystems
    from snapkeep.services.retention.prune import Prune
    from snapkeep.wiring.ports import Ports


def prune_file_systems(ports: Ports) -> Prune:
    """The service that deletes recovery points that retention does not keep, of all file systems at once."""
    from snapkeep.wiring.retention import prune_scopes

    def scopes(request: PruneRequest) -> Sequence[FileSystems]:
        return [_file_systems(ports)] if request.cluster in ("", FILE_SYSTEMS) else []

    return prune_scopes(ports, "prune_file_systems", scopes)


def _file_systems(ports: Ports) -> FileSystems:
    from snapkeep.services.copies.pruning.our_copies import NoObjects
    from snapkeep.services.efs.pruning.needed import needed_points
    from snapkeep.services.efs.pruning.our_recovery_points import OurRecoveryPoints
    from snapkeep.services.efs.pruning.read_recovery_points import ReadRecoveryPoints
    from snapkeep.services.efs.pruning.scope import FileSystems
    from snapkeep.services.efs.pruning.vault_points import PlannedPoints, VaultPoints
    from snapkeep.wiring.retention import decide_prune, deleter_of

    journal, vault, name = ports.journal, ports.backup_vault, ports.deployment.name
    needed = partial(needed_points, journal.efs_restores)
    stores = journal.efs_backups, journal.prunes, journal.retentions, journal.deletions
    points = VaultPoints(vault, needed)
    return FileSystems(
        ports.deployment,
        ReadRecoveryPoints(ports.deployment, vault, *stores),
        decide_prune(ports, PlannedPoints(vault, needed, name)),
        deleter_of(ports, FILE_SYSTEMS, OurRecoveryPoints(name), points, NoObjects(), "AWS Backup"),
    )
