"""prune: every hour, delete the snapshots that nobody counts."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.journal_table import JournalTable
from infra.constructs.python_function import Platform, PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Schedules, Timing
from snapkeep.settings import PruneSettings

EVERY = "rate(1 hour)"


class Prune(Construct):
    """The function (`function`) and its schedule. It may delete marked duplicates and nothing else."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        journal: JournalTable,
        schedules: Schedules,
        event_bus: str,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "Prune",
            platform=platform,
            name="prune",
            description="Snapkeep: deletes duplicates of recovery points",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=PruneSettings(journal_table=journal.name, event_bus=event_bus),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.delete_duplicates(stack),
        )
        schedules.add(
            "prune",
            description="Snapkeep: deletes duplicates of recovery points",
            target=self.function,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
