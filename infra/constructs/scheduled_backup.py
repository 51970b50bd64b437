"""plan_backup, started by one schedule for each policy, however many its clusters."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, together
from infra.constructs.job_queue import JobQueue
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.domain.metrics import Metric
from snapkeep.domain.naming import backup_schedule
from snapkeep.domain.policies import Policy
from snapkeep.domain.policies import Schedule as PolicySchedule
from snapkeep.settings import PlanBackupSettings

TIMEOUT = Duration.minutes(10)
MEMORY_MIB = 1024
"""It holds a listing of thousands of claims with their volumes in memory."""


NOT_COMPLETED = (Metric.RUNS_FAILED, Metric.RUNS_PARTIALLY_FAILED, Metric.SLOTS_MISSED)


class ScheduledBackup(Construct):
    """The function that plans runs (`function`) and the schedules that start it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        jobs: JobQueue,
    ) -> None:
        super().__init__(scope, id)
        saves_objects = platform.deployment.saves_objects
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
                save_objects_function=platform.function_name("save_objects") if saves_objects else "",
            ),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "Volumes"),
            permissions.describe_clusters(stack, platform.clusters),
            permissions.send_messages(jobs.arn),
            permissions.put_events(stack, platform.event_bus),
            # Itself, for each cluster of a policy.
            permissions.invoke(platform.function_arn(stack, "plan_backup")),
            *([permissions.invoke(platform.function_arn(stack, "save_objects"))] if saves_objects else []),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )
        for policy in platform.policies:
            self._schedule(platform, policy)
        alarm(
            self,
            "RunFailed",
            metric=together(NOT_COMPLETED, every=Duration.minutes(5)),
            says="a run ended without some of its recovery points, or was never started",
            runbook="run-failed",
        )

    def _schedule(self, platform: Platform, policy: Policy) -> None:
        # A single cluster needs no second start: the first one plans its run.
        alone = {"cluster": policy.clusters[0]} if len(policy.clusters) == 1 else {}
        platform.schedules.add(
            backup_schedule(policy.name),
            description=f"Snapkeep: policy {policy.name}",
            target=self.function.target,
            function=self.function.name,
            timing=_timing(policy.schedule),
            input={**alone, "policy": policy.name, "scheduledTime": SCHEDULED_TIME},
        )


def _timing(schedule: PolicySchedule) -> Timing:
    # Scheduler's retry age is the catch-up window: what has not started by then is reported as missed.
    return Timing(
        expression=schedule.expression,
        timezone=schedule.timezone,
        flexible_minutes=schedule.flexible_minutes,
        retry_for=Duration.seconds(int(schedule.catch_up.total_seconds())),
        enabled=schedule.enabled,
    )
