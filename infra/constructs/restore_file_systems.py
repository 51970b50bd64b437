"""restore_file_systems, invoked by the API and by a schedule."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import RestoreFileSystemsSettings

EVERY = "rate(5 minutes)"


class RestoreFileSystems(Construct):
    """The function (`function`) and its schedule. Its jobs run with a role that it passes to AWS Backup.

    It reaches no cluster, reads no file, and can neither delete nor make recovery points.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, role_arn: str) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.function = PythonFunction(
            self,
            "RestoreFileSystems",
            platform=platform,
            name="restore_file_systems",
            description="Snapkeep: has AWS Backup restore folders of EFS, and makes access points to them",
            timeout=Duration.minutes(4),
            asynchronous=True,
            settings=RestoreFileSystemsSettings(
                journal_table=platform.journal.name, event_bus=platform.event_bus, backup_role=role_arn
            ),
        )
        self.function.allow(
            *permissions.restore_file_systems(stack, role_arn, platform.prefix),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem"),
        )
        platform.schedules.add(
            "restore-file-systems",
            description="Snapkeep: brings restores of claims on EFS on",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self,
            "GaveUp",
            function="restore_file_systems",
            every=Duration.minutes(15),
            runbook="work-given-up",
        )
