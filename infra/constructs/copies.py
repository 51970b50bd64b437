"""Copies of recovery points in other Regions: the function that takes them, and what starts it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.messages import Messages
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform
from snapkeep.domain.copies.places import Home, Place, divided
from snapkeep.domain.copies.requests import ANSWERED, answers_bus
from snapkeep.settings import CopyPointsSettings

EVERY = "rate(5 minutes)"
TIMEOUT = Duration.minutes(5)
"""Less than the lease of a place (`take_copies.LEASE`). An event that arrives while another invocation works
on its place is hidden this long."""
BATCH_SIZE = 10
MAX_CONCURRENCY = 2
"""The fewest that Lambda allows; a place has one invocation at a time anyway."""


def copies_ended(account: str, regions: list[str] | None = None) -> events.EventPattern:
    """The events of an account's copies that ended (in these Regions).

    EC2 sends them in the Region that a copy goes to.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
    """
    return events.EventPattern(
        source=["aws.ec2"],
        detail_type=["EBS Snapshot Notification"],
        account=[account],
        region=regions,
        detail={"event": ["copySnapshot"]},
    )


class Copies(Construct):
    """`function` copies points to the deployment's places, or has vaults copy them: every 5 minutes, when
    copies ended, and when vaults answered."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        self.endings = WorkQueue(self, "Endings", worker_timeout=TIMEOUT, hidden_for=TIMEOUT)
        self.function = PythonFunction(
            self,
            "CopyPoints",
            platform=platform,
            name="copy_points",
            description="Snapkeep: copies recovery points to other Regions and accounts",
            timeout=TIMEOUT,
            asynchronous=True,
            settings=CopyPointsSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        self._allow(platform)
        own, vaults = divided(platform.deployment.places)
        if own:
            self._allow_copies(platform, own)
            self._hear(own)
        if vaults:
            self._ask(platform, vaults)
        self._start(platform)
        gave_up_or_stopped(
            self, "GaveUp", function="copy_points", every=Duration.minutes(15), runbook="copies"
        )

    def _allow(self, platform: Platform) -> None:
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            *permissions.hold_snapshots(stack, platform.owner),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"
            ),
        )

    def _allow_copies(self, platform: Platform, places: Sequence[Place]) -> None:
        """Copy to the places of this account."""
        stack = Stack.of(self)
        homes = [Home(stack.account, stack.region)]
        marks = permissions.copies_of(stack, platform.owner)
        self.function.allow(
            *permissions.copy_snapshots(stack, marks, places, homes),
            permissions.mark_duplicate_copies(stack, marks, places),
            permissions.mark_cancelled_copies(stack, marks, places),
            *permissions.lock_copies(stack, platform.owner, places, platform.policies),
            *permissions.use_copy_keys(stack, places, homes),
        )

    def _ask(self, platform: Platform, vaults: Sequence[Place]) -> None:
        """Have vaults in other accounts copy, and hear what they answer."""
        stack = Stack.of(self)
        self.function.allow(
            *permissions.share_with_vaults(stack, platform.owner, vaults),
            permissions.ask_vaults(vaults),
            permissions.describe_keys(stack),
        )
        Messages(
            self,
            "Answers",
            bus=answers_bus(platform.prefix),
            detail_type=ANSWERED,
            accounts=sorted({vault.account for vault in vaults}),
            queue=self.endings,
            description="Snapkeep: what vaults in other accounts answer about copies",
        )

    def _hear(self, places: Sequence[Place]) -> None:
        """Take a turn when copies ended in the places of this account."""
        regions = sorted({place.region for place in places})
        events.Rule(
            self,
            "Ended",
            description="Snapkeep: copies of EBS snapshots in other Regions that ended",
            event_pattern=copies_ended(Stack.of(self).account, regions),
            targets=[targets.SqsQueue(self.endings.queue, dead_letter_queue=self.endings.failures)],
        )

    def _start(self, platform: Platform) -> None:
        platform.schedules.add(
            "copy-points",
            description="Snapkeep: copies recovery points to other Regions",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        self.endings.feed(self.function, batch_size=BATCH_SIZE, max_concurrency=MAX_CONCURRENCY)
