"""Dying nodes: three functions with separate rights, their queues and the rules that start them."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, gave_up_or_stopped, together
from infra.constructs.failure_queue import failure_queue
from infra.constructs.job_queue import JobQueue
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.domain.metrics import Metric
from snapkeep.settings import HandleInterruptionSettings, ReleaseVolumesSettings, SaveNodeSettings

TIMEOUT = Duration.seconds(30)
"""For each step: longer work continues with a message. A failed message is retried after the same time."""

EVERY = "rate(15 minutes)"
LONG = Duration.hours(24)


@dataclass(frozen=True)
class Announcement:
    """A kind of event: its pattern, and how long EventBridge tries to deliver it."""

    name: str
    pattern: events.EventPattern
    retry_for: Duration = LONG


ANNOUNCEMENTS = (
    # A spot instance is gone after two minutes; after that, the state-change events count.
    Announcement(
        "Spot",
        events.EventPattern(source=["aws.ec2"], detail_type=["EC2 Spot Instance Interruption Warning"]),
        Duration.seconds(120),
    ),
    Announcement(
        "Rebalance",
        events.EventPattern(source=["aws.ec2"], detail_type=["EC2 Instance Rebalance Recommendation"]),
    ),
    Announcement(
        "Lifecycle",
        events.EventPattern(
            source=["aws.autoscaling"], detail_type=["EC2 Instance-terminate Lifecycle Action"]
        ),
    ),
    Announcement(
        "Capacity",
        events.EventPattern(
            source=["aws.ec2"], detail_type=["EC2 Capacity Reservation Instance Interruption Warning"]
        ),
    ),
    Announcement(
        "State",
        events.EventPattern(
            source=["aws.ec2"],
            detail_type=["EC2 Instance State-change Notification"],
            detail={"state": ["stopping", "shutting-down", "running"]},
        ),
    ),
    Announcement(
        "Health",
        events.EventPattern(
            source=["aws.health"],
            detail_type=["AWS Health Event"],
            detail={"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]},
        ),
    ),
)

DEATHS = events.EventPattern(
    source=["aws.ec2"],
    detail_type=["EC2 Instance State-change Notification"],
    detail={"state": ["terminated"]},
)


MISSED = (Metric.VOLUMES_MISSED, Metric.INTERRUPTIONS_MISSED)


class Interruption(Construct):
    """`handler` only cordons, `saver` snapshots and evicts, `releaser` frees a dead instance's volumes.
    `lifecycle` is a queue that Auto Scaling hooks may send to directly."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        jobs: JobQueue,
        snap_start: bool = False,
    ) -> None:
        """`snap_start`: whether the cordoner starts from a snapshot of itself, which costs."""
        super().__init__(scope, id)
        self._platform, self._snap_start = platform, snap_start
        self.saves = WorkQueue(self, "Saves", worker_timeout=TIMEOUT, hidden_for=TIMEOUT)
        self.releases = WorkQueue(self, "Releases", worker_timeout=TIMEOUT, hidden_for=TIMEOUT)
        self.lifecycle = WorkQueue(self, "LifecycleHooks", worker_timeout=TIMEOUT, hidden_for=TIMEOUT)
        self.handler = self._handler()
        self.saver = self._saver(jobs)
        self.releaser = self._releaser()
        alarm(
            self,
            "Missed",
            metric=together(MISSED, every=Duration.minutes(5)),
            says="a node died before its volumes were snapshotted",
            runbook="interruption-missed",
        )
        gave_up_or_stopped(
            self,
            "GaveUp",
            function="handle_interruption",
            every=Duration.minutes(30),
            runbook="work-given-up",
        )

    @property
    def functions(self) -> tuple[PythonFunction, ...]:
        """All three."""
        return self.handler, self.saver, self.releaser

    def _handler(self) -> PythonFunction:
        function = PythonFunction(
            self,
            "HandleInterruption",
            platform=self._platform,
            name="handle_interruption",
            description="Snapkeep: cordons nodes that are about to die",
            timeout=TIMEOUT,
            memory_mib=1024,
            asynchronous=True,
            snap_start=self._snap_start,
            settings=HandleInterruptionSettings(
                journal_table=self._platform.journal.name,
                event_bus=self._platform.event_bus,
                save_queue_url=self.saves.queue.queue_url,
                release_queue_url=self.releases.queue.queue_url,
            ),
        )
        function.allow(
            permissions.describe("Instances"),
            *self._common(),
            permissions.send_messages(self.saves.queue.queue_arn),
            permissions.send_messages(self.releases.queue.queue_arn),
            self._platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem"),
        )
        undelivered = failure_queue(self, "Undelivered")
        for each in ANNOUNCEMENTS:
            target = targets.LambdaFunction(
                function.target, max_event_age=each.retry_for, dead_letter_queue=undelivered
            )
            events.Rule(
                self,
                each.name,
                description=f"Snapkeep: notices about instances ({each.name.lower()})",
                event_pattern=each.pattern,
                targets=[target],
            )
        self.lifecycle.feed(function, batch_size=1, max_concurrency=50)
        self._platform.schedules.add(
            "watch-incidents",
            description="Snapkeep: follows up nodes that are expected to die",
            target=function.target,
            function=function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        return function

    def _saver(self, jobs: JobQueue) -> PythonFunction:
        function = PythonFunction(
            self,
            "SaveNode",
            platform=self._platform,
            name="save_node",
            description="Snapkeep: snapshots and drains nodes that are about to die",
            timeout=TIMEOUT,
            memory_mib=1024,
            settings=SaveNodeSettings(
                journal_table=self._platform.journal.name,
                event_bus=self._platform.event_bus,
                jobs_queue_url=jobs.url,
                save_queue_url=self.saves.queue.queue_url,
            ),
        )
        stack = Stack.of(self)
        owner = self._platform.owner
        function.allow(
            permissions.describe("Snapshots", "Volumes", "Instances"),
            *self._common(),
            *permissions.create_snapshots(stack, owner),
            permissions.complete_tags(stack, owner),
            *permissions.answer_lifecycle_hooks(stack, self._platform.clusters),
            permissions.send_messages(jobs.arn),
            permissions.send_messages(self.saves.queue.queue_arn),
            self._platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
        )
        self.saves.feed(function, batch_size=1, max_concurrency=200)
        return function

    def _releaser(self) -> PythonFunction:
        function = PythonFunction(
            self,
            "ReleaseVolumes",
            platform=self._platform,
            name="release_volumes",
            description="Snapkeep: frees the volumes of instances that EC2 has terminated",
            timeout=TIMEOUT,
            settings=ReleaseVolumesSettings(
                journal_table=self._platform.journal.name,
                event_bus=self._platform.event_bus,
                release_queue_url=self.releases.queue.queue_url,
            ),
        )
        function.allow(
            permissions.describe("Volumes", "Instances"),
            *self._common(),
            permissions.send_messages(self.releases.queue.queue_arn),
            self._platform.journal.access("GetItem", "PutItem"),
        )
        self.releases.feed(function, batch_size=1, max_concurrency=50)
        events.Rule(
            self,
            "Deaths",
            description="Snapkeep: instances that are gone for good",
            event_pattern=DEATHS,
            targets=[targets.SqsQueue(self.releases.queue, dead_letter_queue=self.releases.failures)],
        )
        return function

    def _common(self) -> tuple[iam.PolicyStatement, ...]:
        stack = Stack.of(self)
        return (
            permissions.describe_clusters(stack, self._platform.clusters),
            permissions.put_events(stack, self._platform.event_bus),
        )
