"""The journal: all stores on one table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from snapkeep.adapters.dynamodb.absences import DynamoAbsences
from snapkeep.adapters.dynamodb.catalogue import DynamoCatalogue
from snapkeep.adapters.dynamodb.creations import DynamoCreations
from snapkeep.adapters.dynamodb.deletions import DynamoDeletions
from snapkeep.adapters.dynamodb.holds import DynamoHolds
from snapkeep.adapters.dynamodb.incidents import DynamoIncidents
from snapkeep.adapters.dynamodb.points import DynamoPoints
from snapkeep.adapters.dynamodb.prunes import DynamoPrunes
from snapkeep.adapters.dynamodb.refusals import DynamoRefusals
from snapkeep.adapters.dynamodb.requests import DynamoRunRequests
from snapkeep.adapters.dynamodb.restores import DynamoRestores
from snapkeep.adapters.dynamodb.retentions import DynamoRetentions
from snapkeep.adapters.dynamodb.runs import DynamoRuns
from snapkeep.adapters.dynamodb.slots import DynamoSlots
from snapkeep.adapters.dynamodb.table import Table
from snapkeep.adapters.dynamodb.troubles import DynamoTroubles
from snapkeep.ports.journal import Journal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def dynamo_journal(client: DynamoDBClient, name: str, sleep: Callable[[float], None] = time.sleep) -> Journal:
    """The stores on the table of that name. They wait with `sleep` when writers contend."""
    table = Table(client, name, sleep)
    return Journal(
        runs=DynamoRuns(table),
        requests=DynamoRunRequests(table),
        slots=DynamoSlots(table),
        points=DynamoPoints(table),
        creations=DynamoCreations(table),
        deletions=DynamoDeletions(table),
        absences=DynamoAbsences(table),
        prunes=DynamoPrunes(table),
        refusals=DynamoRefusals(table),
        retentions=DynamoRetentions(table),
        holds=DynamoHolds(table),
        catalogue=DynamoCatalogue(table),
        restores=DynamoRestores(table),
        incidents=DynamoIncidents(table),
        troubles=DynamoTroubles(table),
        unreadable=table,
    )
