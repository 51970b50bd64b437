"""The journal in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from snapkeep.ports.journal import Journal
from tests.fakes.faults import Faults
from tests.fakes.stores.archives import MemoryArchives
from tests.fakes.stores.catalogue import MemoryCatalogue
from tests.fakes.stores.checks import MemoryChecks
from tests.fakes.stores.copies import MemoryCopies, MemoryCopyRequests
from tests.fakes.stores.creations import MemoryCreations
from tests.fakes.stores.deletions import MemoryAbsences, MemoryDeletions
from tests.fakes.stores.efs_backups import MemoryEfsBackups
from tests.fakes.stores.efs_restores import MemoryEfsRestores
from tests.fakes.stores.files import MemoryFileOperations
from tests.fakes.stores.incidents import MemoryIncidents
from tests.fakes.stores.loans import MemoryLoans
from tests.fakes.stores.points import MemoryPoints
from tests.fakes.stores.prunes import MemoryPrunes, MemoryRefusals, MemoryRetentions
from tests.fakes.stores.restores import MemoryHolds, MemoryRestores
from tests.fakes.stores.runs import MemoryRunRequests, MemoryRuns, MemorySlots
from tests.fakes.stores.saved_objects import MemorySavedObjects
from tests.fakes.stores.troubles import MemoryTroubles, MemoryUnreadable
from tests.fakes.stores.vault_requests import MemoryVaultRequests


class MemoryJournal(Faults, Journal):
    """All in dicts. The stores share the faults that a test plans, because each method name is unique."""

    runs: MemoryRuns
    requests: MemoryRunRequests
    slots: MemorySlots
    points: MemoryPoints
    creations: MemoryCreations
    deletions: MemoryDeletions
    absences: MemoryAbsences
    prunes: MemoryPrunes
    refusals: MemoryRefusals
    retentions: MemoryRetentions
    holds: MemoryHolds
    catalogue: MemoryCatalogue
    restores: MemoryRestores
    incidents: MemoryIncidents
    copies: MemoryCopies
    copy_requests: MemoryCopyRequests
    loans: MemoryLoans
    vault_requests: MemoryVaultRequests
    checks: MemoryChecks
    suspicions: MemoryChecks
    saved_objects: MemorySavedObjects
    archives: MemoryArchives
    file_operations: MemoryFileOperations
    efs_backups: MemoryEfsBackups
    efs_restores: MemoryEfsRestores
    troubles: MemoryTroubles
    unreadable: MemoryUnreadable

    def __init__(self, points_type: type[MemoryPoints] = MemoryPoints) -> None:
        Faults.__init__(self)
        runs = MemoryRuns(self)
        points = points_type(runs, self)
        copies = MemoryCopies(self)
        checks = MemoryChecks(self)
        Journal.__init__(
            self,
            runs=runs,
            requests=MemoryRunRequests(runs, self),
            slots=MemorySlots(self),
            points=points,
            creations=MemoryCreations(points, self),
            deletions=MemoryDeletions(self),
            absences=MemoryAbsences(self),
            prunes=MemoryPrunes(self),
            refusals=MemoryRefusals(self),
            retentions=MemoryRetentions(self),
            holds=MemoryHolds(self),
            catalogue=MemoryCatalogue(self),
            restores=MemoryRestores(self),
            incidents=MemoryIncidents(self),
            copies=copies,
            copy_requests=MemoryCopyRequests(copies, self),
            loans=MemoryLoans(self),
            vault_requests=MemoryVaultRequests(self),
            checks=checks,
            suspicions=checks,
            saved_objects=MemorySavedObjects(self),
            archives=MemoryArchives(self),
            file_operations=MemoryFileOperations(self),
            efs_backups=MemoryEfsBackups(self),
            efs_restores=MemoryEfsRestores(self),
            troubles=MemoryTroubles(self),
            unreadable=MemoryUnreadable(self),
        )


def wrapped(journal: Journal, wrap: Callable[[Any], Any]) -> Journal:
    """The journal with every store wrapped."""
    return Journal(**{name: wrap(getattr(journal, name)) for name in Journal.__dataclass_fields__})
