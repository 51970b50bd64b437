"""finish_restores: every 5 minutes, bring restores to their end."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.journal_table import JournalTable
from infra.constructs.python_function import Platform, PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Schedules, Timing
from snapkeep.settings import FinishRestoresSettings

EVERY = "rate(5 minutes)"


class FinishRestores(Construct):
    """The function (`function`) and its schedule. It may hold recovery points and can delete none."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        journal: JournalTable,
        event_bus: str,
        schedules: Schedules,
        clusters: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "FinishRestores",
            platform=platform,
            name="finish_restores",
            description="Snapkeep: finishes restores, ends holds and removes what imports leave",
            timeout=Duration.minutes(4),
            asynchronous=True,
            settings=FinishRestoresSettings(journal_table=journal.name, event_bus=event_bus),
        )
        stack = Stack.of(self)
        owner = permissions.Owner(platform.prefix, clusters)
        self.function.allow(
            permissions.describe("Snapshots", "Volumes"),
            permissions.describe_clusters(stack, clusters),
            *permissions.hold_snapshots(stack, owner),
            permissions.put_events(stack, event_bus),
            journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
        )
        schedules.add(
            "finish-restores",
            description="Snapkeep: finishes restores",
            target=self.function,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="finish_restores", every=Duration.minutes(15), runbook="work-given-up"
        )
