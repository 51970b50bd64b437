"""plan_backup, started by the schedules of all policies that take snapshots."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, together
from infra.constructs.job_queue import JobQueue
from infra.constructs.policy_schedules import schedule_policies
from infra.constructs.python_function import PythonFunction
from infra.platform import Platform
from snapkeep.domain.metrics import Metric
from snapkeep.settings import PlanBackupSettings

TIMEOUT = Duration.minutes(10)
MEMORY_MIB = 1024
"""It holds a listing of thousands of claims with their volumes in memory."""


NOT_COMPLETED = (Metric.RUNS_FAILED, Metric.RUNS_PARTIALLY_FAILED, Metric.SLOTS_MISSED)


class ScheduledBackup(Construct):
    """The function that plans runs (`function`) and the schedules that start it."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, jobs: JobQueue) -> None:
        super().__init__(scope, id)
        saver = "save_objects" if platform.deployment.saves_objects else ""
        self.function = PythonFunction(
            self,
            "PlanBackup",
            platform=platform,
            name="plan_backup",
            description="Snapkeep: lists the claims of a cluster and sends the jobs of a run",
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            asynchronous=True,
            settings=PlanBackupSettings(
                journal_table=platform.journal.name,
                jobs_queue_url=jobs.url,
                event_bus=platform.event_bus,
                plan_backup_function=platform.function_name("plan_backup"),
                save_objects_function=platform.function_name(saver) if saver else "",
            ),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "Volumes"),
            permissions.describe_clusters(stack, platform.clusters),
            permissions.send_messages(jobs.arn),
            permissions.put_events(stack, platform.event_bus),
            # Itself, for each cluster of a policy, and what saves objects beside its runs.
            *(
                permissions.invoke(platform.function_arn(stack, name))
                for name in ("plan_backup", saver)
                if name
            ),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )
        own = [policy for policy in platform.policies if policy.method.is_of_volumes]
        schedule_policies(platform, self.function, own)
        alarm(
            self,
            "RunFailed",
            metric=together(NOT_COMPLETED, every=Duration.minutes(5)),
            says="a run ended without some of its recovery points, or was never started",
            runbook="run-failed",
        )
