"""prune: every hour and after every run, delete what retention no longer keeps."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, counted, gave_up_or_stopped, given_up
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.domain.metrics import Metric
from snapkeep.domain.report.announcements import Event
from snapkeep.settings import PruneSettings

EVERY = "rate(1 hour)"
SWEEP_EVERY = "rate(7 days)"

RUN_EVENTS = events.EventPattern(
    source=["snapkeep"],
    detail_type=[Event.RUN_COMPLETED.value, Event.RUN_PARTIALLY_FAILED.value],
)
"""A run that failed completely created nothing that could replace anything."""


class Prune(Construct):
    """The function (`function`), its schedule and the rule that starts it after a run.

    Only it may delete: our snapshots that are not held, and their objects in the clusters.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "Prune",
            platform=platform,
            name="prune",
            description="Snapkeep: deletes recovery points that retention no longer keeps",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=PruneSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        self._allow(platform)
        self._start(platform)
        self._watch()

    def _allow(self, platform: Platform) -> None:
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            permissions.describe_clusters(stack, platform.clusters),
            permissions.delete_snapshots(stack, platform.owner),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "DeleteItem"
            ),
        )

    def _start(self, platform: Platform) -> None:
        platform.schedules.add(
            "prune",
            description="Snapkeep: deletes recovery points that retention no longer keeps",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        platform.schedules.add(
            "sweep-orphans",
            description="Snapkeep: reports snapshots and objects that belong to no backup",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=SWEEP_EVERY),
            input={"scheduledTime": SCHEDULED_TIME, "orphans": True},
        )
        events.Rule(
            self,
            "AfterRun",
            description="Snapkeep: a run has ready points, so older ones may be deleted",
            event_pattern=RUN_EVENTS,
            targets=[
                targets.LambdaFunction(self.function.function, dead_letter_queue=self.function.failures)
            ],
        )

    def _watch(self) -> None:
        alarm(
            self,
            "Braked",
            metric=counted(Metric.PRUNES_BRAKED, every=Duration.hours(1)),
            says="the brake refused deletions, which wait for confirmation",
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
