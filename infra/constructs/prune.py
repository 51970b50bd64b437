"""prune: every hour and after every run, delete what retention lets go."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, counted, gave_up_or_stopped, given_up
from infra.constructs.journal_table import JournalTable
from infra.constructs.python_function import Platform, PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Schedules, Timing
from snapkeep.domain.metrics import Metric
from snapkeep.settings import PruneSettings

EVERY = "rate(1 hour)"
SWEEP_EVERY = "rate(7 days)"

RUN_EVENTS = events.EventPattern(
    source=["snapkeep"],
    detail_type=["Snapkeep Run Completed", "Snapkeep Run Partially Failed"],
)
"""A run that failed as a whole made nothing that could replace anything."""


class Prune(Construct):
    """The function (`function`), its schedule and the rule that starts it after a run.

    It alone may delete: snapshots of ours that are not held, and their objects in the clusters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        journal: JournalTable,
        schedules: Schedules,
        event_bus: str,
        clusters: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "Prune",
            platform=platform,
            name="prune",
            description="Snapkeep: deletes recovery points that retention lets go",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=PruneSettings(journal_table=journal.name, event_bus=event_bus),
        )
        stack = Stack.of(self)
        owner = permissions.Owner(platform.prefix, clusters)
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            permissions.describe_clusters(stack, clusters),
            permissions.delete_snapshots(stack, owner),
            permissions.put_events(stack, event_bus),
            journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "DeleteItem"
            ),
        )
        schedules.add(
            "prune",
            description="Snapkeep: deletes recovery points that retention lets go",
            target=self.function,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        schedules.add(
            "sweep-orphans",
            description="Snapkeep: reports what was left over of backups and belongs to none",
            target=self.function,
            timing=Timing(expression=SWEEP_EVERY),
            input={"scheduledTime": SCHEDULED_TIME, "orphans": True},
        )
        events.Rule(
            self,
            "AfterRun",
            description="Snapkeep: a run has ready points, so older ones may go",
            event_pattern=RUN_EVENTS,
            targets=[
                targets.LambdaFunction(self.function.function, dead_letter_queue=self.function.failures)
            ],
        )
        alarm(
            self,
            "Braked",
            metric=counted(Metric.PRUNES_BRAKED, every=Duration.hours(1)),
            says="the brake refused deletions that wait for a confirmation",
            runbook="prune-braked",
        )
        gave_up_or_stopped(self, "GaveUp", function="prune", every=Duration.hours(1), runbook="work-given-up")
        alarm(
            self,
            "SweepGaveUp",
            metric=given_up("sweep_orphans", every=Duration.hours(1)),
            says="the weekly sweep of orphans gave up parts of its work",
            runbook="work-given-up",
        )
