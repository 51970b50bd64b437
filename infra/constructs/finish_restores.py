"""finish_restores: every 5 minutes, advance open restores."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import FinishRestoresSettings

EVERY = "rate(5 minutes)"


class FinishRestores(Construct):
    """The function (`function`) and its schedule. It may hold recovery points but delete none."""

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
            "FinishRestores",
            platform=platform,
            name="finish_restores",
            description="Snapkeep: finishes restores, ends holds and removes leftovers of imports",
            timeout=Duration.minutes(4),
            asynchronous=True,
            settings=FinishRestoresSettings(
                journal_table=platform.journal.name, event_bus=platform.event_bus
            ),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "SnapshotTierStatus", "Volumes"),
            permissions.describe_clusters(stack, platform.clusters),
            *permissions.hold_snapshots(stack, platform.owner),
            permissions.bring_back_snapshots(stack, platform.owner),
            *(
                permissions.lend_to_copies(stack, platform.owner, take_back=True)
                if platform.deployment.adopt
                else ()
            ),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
        )
        platform.schedules.add(
            "finish-restores",
            description="Snapkeep: finishes restores",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="finish_restores", every=Duration.minutes(15), runbook="work-given-up"
        )
