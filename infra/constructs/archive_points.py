"""archive_points: every day, archive points where that pays; and settle moves that ended."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import ArchivePointsSettings

EVERY = "rate(1 day)"


def archives_ended(account: str) -> events.EventPattern:
    """The events of an account's snapshots that reached the archive tier, or did not.

    https://docs.aws.amazon.com/ebs/latest/userguide/monitor-snapshot-archiving.html
    """
    return events.EventPattern(
        source=["aws.ec2"],
        detail_type=["EBS Snapshot Notification"],
        account=[account],
        detail={"event": ["archiveSnapshot"]},
    )


class ArchivePoints(Construct):
    """The function (`function`), its schedule and its rule.

    Only it may archive snapshots: ours that are not held. It is in no VPC, has no access to clusters, and can
    neither read the data of a snapshot nor create, copy, share or delete one. `keys` are those under which it
    may list the blocks of encrypted ones.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, keys: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "ArchivePoints",
            platform=platform,
            name="archive_points",
            description="Snapkeep: moves recovery points to the archive tier where that pays",
            timeout=Duration.minutes(15),
            asynchronous=True,
            settings=ArchivePointsSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        self._allow(platform, keys)
        self._start(platform)
        gave_up_or_stopped(
            self, "GaveUp", function="archive_points", every=Duration.days(1), runbook="work-given-up"
        )

    def _allow(self, platform: Platform, keys: Sequence[str]) -> None:
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "SnapshotTierStatus"),
            permissions.measure_snapshots(stack, platform.owner),
            *permissions.decrypt_points(keys),
            *permissions.archive_snapshots(stack, platform.owner),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
        )

    def _start(self, platform: Platform) -> None:
        platform.schedules.add(
            "archive-points",
            description="Snapkeep: moves recovery points to the archive tier",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        events.Rule(
            self,
            "Ended",
            description="Snapkeep: EBS snapshots that reached the archive tier, or did not",
            event_pattern=archives_ended(Stack.of(self).account),
            targets=[
                targets.LambdaFunction(self.function.function, dead_letter_queue=self.function.failures)
            ],
        )
