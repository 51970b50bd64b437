"""The queue of jobs, and take_snapshots behind it."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.python_function import PythonFunction
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.settings import TakeSnapshotsSettings

TIMEOUT = Duration.minutes(2)

MAX_CONCURRENCY = 5
"""Concurrent workers. All share one pace towards EC2, so more would only wait for each other."""


class JobQueue(Construct):
    """Jobs from plan_backup and reconcile, processed one at a time by `take_snapshots`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        max_concurrency: int = MAX_CONCURRENCY,
    ) -> None:
        super().__init__(scope, id)
        self.jobs = WorkQueue(self, "Jobs", worker_timeout=TIMEOUT)
        self.function = PythonFunction(
            self,
            "TakeSnapshots",
            platform=platform,
            name="take_snapshots",
            description="Snapkeep: creates the recovery points of a job",
            timeout=TIMEOUT,
            settings=TakeSnapshotsSettings(
                journal_table=platform.journal.name, jobs_queue_url=self.url, event_bus=platform.event_bus
            ),
        )
        self.jobs.feed(self.function, batch_size=1, max_concurrency=max_concurrency)
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "Volumes", "Instances"),
            permissions.describe_clusters(stack, platform.clusters),
            *permissions.create_snapshots(stack, platform.owner),
            permissions.complete_tags(stack, platform.owner),
            permissions.send_messages(self.arn),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
        )

    @property
    def url(self) -> str:
        """The URL of the queue, as settings carry it."""
        return self.jobs.queue.queue_url

    @property
    def arn(self) -> str:
        """The ARN of the queue, as permissions name it."""
        return self.jobs.queue.queue_arn
