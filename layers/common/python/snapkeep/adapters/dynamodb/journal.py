"""The journal: runs, points, deletions, restores and holds in one table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb.absences import AbsenceRecords
from snapkeep.adapters.dynamodb.catalogue import CatalogueRecords
from snapkeep.adapters.dynamodb.holds import HoldRecords
from snapkeep.adapters.dynamodb.incidents import IncidentRecords
from snapkeep.adapters.dynamodb.points import PointRecords
from snapkeep.adapters.dynamodb.prunes import PruneRecords
from snapkeep.adapters.dynamodb.restores import RestoreRecords
from snapkeep.adapters.dynamodb.runs import RunRecords
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.adapters.dynamodb.troubles import TroubleRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoJournal(
    AbsenceRecords,
    RunRecords,
    PointRecords,
    PruneRecords,
    RestoreRecords,
    HoldRecords,
    CatalogueRecords,
    IncidentRecords,
    TroubleRecords,
):
    """Implements the Journal port. `sleep` is how it waits out writers that are in each other's way."""

    def __init__(
        self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(Table(client, table, sleep))
