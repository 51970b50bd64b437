"""check_points: every 5 minutes, look into new points."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.packaging.build import FILESYSTEMS
from infra.platform import Platform
from snapkeep.domain.copies.places import divided
from snapkeep.domain.proof.rules import CheckRules
from snapkeep.settings import CheckPointsSettings

EVERY = "rate(5 minutes)"
TIMEOUT = Duration.minutes(5)
"""No longer than the schedule's rate, so passes seldom overlap; if they do, some points are read twice."""


class CheckPoints(Construct):
    """The function (`function`) and its schedule.

    Only it may read the data of points, and of their copies in this account. It is in no VPC, has no access
    to clusters, and can neither create, copy, share nor delete a snapshot.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, rules: CheckRules) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "CheckPoints",
            platform=platform,
            name="check_points",
            description="Snapkeep: looks into new recovery points and says what is suspicious",
            timeout=TIMEOUT,
            asynchronous=True,
            settings=CheckPointsSettings(journal_table=platform.journal.name, event_bus=platform.event_bus),
            layers=(FILESYSTEMS,),
        )
        stack = Stack.of(self)
        places, _ = divided(platform.deployment.places)
        marks = permissions.copies_of(stack, platform.owner)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.read_blocks(stack, platform.owner),
            *permissions.decrypt_points([*rules.keys, *sorted({place.kms_key for place in places})]),
            permissions.note_checks(stack, platform.owner),
            *([permissions.read_copies(stack, marks, places)] if places else []),
            *([permissions.note_checks_of_copies(stack, marks, places)] if places else []),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("BatchGetItem", "Query", "PutItem"),
        )
        platform.schedules.add(
            "check-points",
            description="Snapkeep: looks into new recovery points",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="check_points", every=Duration.minutes(15), runbook="work-given-up"
        )
