"""reconcile: every quarter of an hour, heal what events lost."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.job_queue import JobQueue
from infra.constructs.journal_table import JournalTable
from infra.constructs.python_function import Platform, PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Schedules, Timing
from snapkeep.domain.policies import Policy
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
        journal: JournalTable,
        jobs: JobQueue,
        schedules: Schedules,
        plan_backup: PythonFunction,
        event_bus: str,
        clusters: Sequence[str],
        policies: Sequence[Policy],
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
                journal_table=journal.name,
                jobs_queue_url=jobs.url,
                event_bus=event_bus,
                plan_backup_function=plan_backup.function.function_name,
            ),
        )
        stack = Stack.of(self)
        owner = permissions.Owner(platform.prefix, clusters)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.describe_clusters(stack, clusters),
            permissions.complete_tags(stack, owner),
            *permissions.mark_duplicates(stack, owner),
            permissions.adopt_snapshots(stack, owner),
            permissions.unmark_duplicates(stack, owner),
            *permissions.lock_snapshots(stack, owner, policies),
            permissions.send_messages(jobs.arn),
            permissions.invoke(plan_backup.function.function_arn),
            permissions.put_events(stack, event_bus),
            journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem"),
        )
        schedules.add(
            "reconcile",
            description="Snapkeep: heals what events lost",
            target=self.function,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "BackupLate", function="reconcile", every=Duration.minutes(30), runbook="backup-late"
        )
