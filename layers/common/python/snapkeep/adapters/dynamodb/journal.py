"""The journal: all stores on one table.

A store is made, and its module imported, when it is first used: no function uses all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb.table import Table
from snapkeep.lazy import lazy
from snapkeep.ports.journal import Journal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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
    from snapkeep.ports.troubles import Troubles
    from snapkeep.ports.vaults import VaultRequests


def dynamo_journal(client: DynamoDBClient, name: str, sleep: Callable[[float], None] = time.sleep) -> Journal:
    """The stores on the table of that name. They wait with `sleep` when writers contend."""
    return DynamoJournal(Table(client, name, sleep))


class DynamoJournal(Journal):
    """The stores on one table."""

    def __init__(self, table: Table) -> None:
        self._table = self.unreadable = table

    @lazy
    def runs(self) -> Runs:
        from snapkeep.adapters.dynamodb.runs import DynamoRuns

        return DynamoRuns(self._table)

    @lazy
    def requests(self) -> RunRequests:
        from snapkeep.adapters.dynamodb.requests import DynamoRunRequests

        return DynamoRunRequests(self._table)

    @lazy
    def slots(self) -> Slots:
        from snapkeep.adapters.dynamodb.slots import DynamoSlots

        return DynamoSlots(self._table)

    @lazy
    def points(self) -> Points:
        from snapkeep.adapters.dynamodb.points import DynamoPoints

        return DynamoPoints(self._table)

    @lazy
    def creations(self) -> Creations:
        from snapkeep.adapters.dynamodb.creations import DynamoCreations

        return DynamoCreations(self._table)

    @lazy
    def deletions(self) -> Deletions:
        from snapkeep.adapters.dynamodb.deletions import DynamoDeletions

        return DynamoDeletions(self._table)

    @lazy
    def absences(self) -> Absences:
        from snapkeep.adapters.dynamodb.absences import DynamoAbsences

        return DynamoAbsences(self._table)

    @lazy
    def prunes(self) -> Prunes:
        from snapkeep.adapters.dynamodb.prunes import DynamoPrunes

        return DynamoPrunes(self._table)

    @lazy
    def refusals(self) -> Refusals:
        from snapkeep.adapters.dynamodb.refusals import DynamoRefusals

        return DynamoRefusals(self._table)

    @lazy
    def retentions(self) -> Retentions:
        from snapkeep.adapters.dynamodb.retentions import DynamoRetentions

        return DynamoRetentions(self._table)

    @lazy
    def holds(self) -> Holds:
        from snapkeep.adapters.dynamodb.holds import DynamoHolds

        return DynamoHolds(self._table)

    @lazy
    def catalogue(self) -> Catalogue:
        from snapkeep.adapters.dynamodb.catalogue import DynamoCatalogue

        return DynamoCatalogue(self._table)

    @lazy
    def restores(self) -> Restores:
        from snapkeep.adapters.dynamodb.restores import DynamoRestores

        return DynamoRestores(self._table)

    @lazy
    def incidents(self) -> Incidents:
        from snapkeep.adapters.dynamodb.incidents import DynamoIncidents

        return DynamoIncidents(self._table)

    @lazy
    def copies(self) -> CopyRecords:
        from snapkeep.adapters.dynamodb.copies import DynamoCopies

        return DynamoCopies(self._table)

    @lazy
    def copy_requests(self) -> CopyRequests:
        from snapkeep.adapters.dynamodb.copy_requests import DynamoCopyRequests

        return DynamoCopyRequests(self._table)

    @lazy
    def loans(self) -> Loans:
        from snapkeep.adapters.dynamodb.loans import DynamoLoans

        return DynamoLoans(self._table)

    @lazy
    def vault_requests(self) -> VaultRequests:
        from snapkeep.adapters.dynamodb.vault_requests import DynamoVaultRequests

        return DynamoVaultRequests(self._table)

    @lazy
    def checks(self) -> Checks:
        from snapkeep.adapters.dynamodb.checks import DynamoChecks

        return DynamoChecks(self._table)

    @lazy
    def suspicions(self) -> Suspicions:
        from snapkeep.adapters.dynamodb.checks import DynamoChecks

        return DynamoChecks(self._table)

    @lazy
    def saved_objects(self) -> SavedObjects:
        from snapkeep.adapters.dynamodb.saved_objects import DynamoSavedObjects

        return DynamoSavedObjects(self._table)

    @lazy
    def archives(self) -> Archives:
        from snapkeep.adapters.dynamodb.archives import DynamoArchives

        return DynamoArchives(self._table)

    @lazy
    def file_operations(self) -> FileOperations:
        from snapkeep.adapters.dynamodb.files import DynamoFileOperations

        return DynamoFileOperations(self._table)

    @lazy
    def efs_backups(self) -> EfsBackups:
        from snapkeep.adapters.dynamodb.efs_backups import DynamoEfsBackups

        return DynamoEfsBackups(self._table)

    @lazy
    def efs_restores(self) -> EfsRestores:
        from snapkeep.adapters.dynamodb.efs_restores import DynamoEfsRestores

        return DynamoEfsRestores(self._table)

    @lazy
    def troubles(self) -> Troubles:
        from snapkeep.adapters.dynamodb.troubles import DynamoTroubles

        return DynamoTroubles(self._table)
