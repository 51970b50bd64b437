"""prune_copies: every day, delete the copies in places that retention no longer keeps."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.permissions.copies import Marks
from infra.platform import Platform
from snapkeep.domain.copies.places import Place
from snapkeep.settings import PruneCopiesSettings

EVERY = "rate(1 day)"


class PruneCopies(Construct):
    """The function (`function`) and its schedule.

    Only it may delete copies: those with these marks in the places' Regions that are not held. In a vault the
    places are those of its sources.
    """

    def __init__(
        self, scope: Construct, id: str, *, platform: Platform, marks: Marks, places: Sequence[Place]
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "PruneCopies",
            platform=platform,
            name="prune_copies",
            description="Snapkeep: deletes copies that retention no longer keeps",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=PruneCopiesSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            permissions.delete_copies(stack, marks, places),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "DeleteItem"
            ),
        )
        platform.schedules.add(
            "prune-copies",
            description="Snapkeep: deletes copies that retention no longer keeps",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="prune_copies", every=Duration.days(1), runbook="copies-not-pruned"
        )
