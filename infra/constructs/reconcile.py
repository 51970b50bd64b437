"""reconcile: every 15 minutes, catch up on lost events."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.job_queue import JobQueue
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import ReconcileSettings

EVERY = "rate(15 minutes)"


class Reconcile(Construct):
    """The function (`function`) and its schedule."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        jobs: JobQueue,
        plan_backup: PythonFunction,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "Reconcile",
            platform=platform,
            name="reconcile",
            description="Snapkeep: heals lost events, late recovery points and missed slots",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=ReconcileSettings(
                journal_table=platform.journal.name,
                jobs_queue_url=jobs.url,
                event_bus=platform.event_bus,
                plan_backup_function=plan_backup.function.function_name,
            ),
        )
        self._allow(platform, jobs, plan_backup)
        platform.schedules.add(
            "reconcile",
            description="Snapkeep: catches up on lost events",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "BackupLate", function="reconcile", every=Duration.minutes(30), runbook="backup-late"
        )

    def _allow(self, platform: Platform, jobs: JobQueue, plan_backup: PythonFunction) -> None:
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.describe_clusters(stack, platform.clusters),
            permissions.complete_tags(stack, platform.owner),
            *permissions.mark_duplicates(stack, platform.owner),
            permissions.adopt_snapshots(stack, platform.owner),
            permissions.unmark_duplicates(stack, platform.owner),
            *permissions.lock_snapshots(stack, platform.owner, platform.policies),
            permissions.send_messages(jobs.arn),
            permissions.invoke(plan_backup.function.function_arn),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem"
            ),
        )
