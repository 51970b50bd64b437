"""All stores of one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.ports.archives import Archives
    from snapkeep.ports.catalogue import Catalogue
    from snapkeep.ports.checks import Checks, Suspicions
    from snapkeep.ports.copies import CopyRecords, CopyRequests
    from snapkeep.ports.deletions import Absences, Deletions
    from snapkeep.ports.efs import EfsBackups
    from snapkeep.ports.efs_restores import EfsRestores
    from snapkeep.ports.files import FileOperations
    from snapkeep.ports.incidents import Incidents
    from snapkeep.ports.loans import Loans
    from snapkeep.ports.objects import SavedObjects
    from snapkeep.ports.points import Creations, Points
    from snapkeep.ports.prunes import Prunes, Refusals, Retentions
    from snapkeep.ports.restores import Holds, Restores
    from snapkeep.ports.runs import RunRequests, Runs, Slots
    from snapkeep.ports.troubles import Troubles, UnreadableRecords
    from snapkeep.ports.vaults import VaultRequests


@dataclass(eq=False)
class Journal:
    """The records of runs, points, deletions, restores, incidents, copies and loans. Losing them loses no
    backup.

    Methods that return one record raise UnreadableRecord when this version cannot read it, and so does every
    write over one. Iterators, and `points`, skip such records.
    """

    runs: Runs
    requests: RunRequests
    slots: Slots
    points: Points
    creations: Creations
    deletions: Deletions
    absences: Absences
    prunes: Prunes
    refusals: Refusals
    retentions: Retentions
    holds: Holds
    catalogue: Catalogue
    restores: Restores
    incidents: Incidents
    copies: CopyRecords
    copy_requests: CopyRequests
    loans: Loans
    vault_requests: VaultRequests
    checks: Checks
    suspicions: Suspicions
    saved_objects: SavedObjects
    archives: Archives
    file_operations: FileOperations
    efs_backups: EfsBackups
    efs_restores: EfsRestores
    troubles: Troubles
    unreadable: UnreadableRecords
