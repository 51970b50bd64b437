"""EC2's snapshot events, through a queue, to record_completion."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.python_function import PythonFunction
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.settings import RecordCompletionSettings

TIMEOUT = Duration.minutes(1)
HIDDEN_FOR = TIMEOUT
"""How long to hide an event that arrived before EC2's describes confirm it. They lag by seconds, sometimes by
two minutes: Lambda's advice of six timeouts is too long. Handling an event twice changes nothing.
"""
BATCH_SIZE = 10
MAX_CONCURRENCY = 5

EBS_EVENTS = events.EventPattern(
    source=["aws.ec2"],
    detail_type=["EBS Snapshot Notification", "EBS Multi-Volume Snapshots Completion Status"],
    detail={"event": ["createSnapshot", "createSnapshots"]},
)
"""Only the second kind answers CreateSnapshots; we ignore copies, shares and locks.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
"""


class SnapshotCompletion(Construct):
    """The rule, its queue and `record_completion` (`function`).

    The queue keeps each event until it is handled; EC2 sends it only once.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
    ) -> None:
        super().__init__(scope, id)
        self.completions = WorkQueue(self, "Completions", worker_timeout=TIMEOUT, hidden_for=HIDDEN_FOR)
        self.function = PythonFunction(
            self,
            "RecordCompletion",
            platform=platform,
            name="record_completion",
            description="Snapkeep: marks recovery points ready or failed and closes runs",
            timeout=TIMEOUT,
            settings=RecordCompletionSettings(
                journal_table=platform.journal.name, event_bus=platform.event_bus
            ),
        )
        events.Rule(
            self,
            "Rule",
            description="Snapkeep: EBS snapshots that completed or failed",
            event_pattern=EBS_EVENTS,
            targets=[targets.SqsQueue(self.completions.queue, dead_letter_queue=self.completions.failures)],
        )
        self.completions.feed(self.function, batch_size=BATCH_SIZE, max_concurrency=MAX_CONCURRENCY)
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.complete_tags(stack, platform.owner),
            *permissions.mark_duplicates(stack, platform.owner),
            permissions.adopt_snapshots(stack, platform.owner),
            *permissions.lock_snapshots(stack, platform.owner, platform.policies),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem"
            ),
        )
