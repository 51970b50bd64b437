"""prune_file_systems: every day, delete recovery points of file systems that retention no longer keeps."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm, gave_up_or_stopped, given_up
from infra.constructs.file_systems_vault import FileSystemsVault
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import PruneFileSystemsSettings

EVERY = "rate(1 day)"
SWEEP_EVERY = "rate(7 days)"


class PruneFileSystems(Construct):
    """The function (`function`) and its schedule.

    Only it may delete recovery points of the vault: ours that are not held.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, vault: FileSystemsVault) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "PruneFileSystems",
            platform=platform,
            name="prune_file_systems",
            description="Snapkeep: deletes recovery points of file systems that retention no longer keeps",
            timeout=Duration.minutes(10),
            asynchronous=True,
            settings=PruneFileSystemsSettings(
                journal_table=platform.journal.name,
                event_bus=platform.event_bus,
                backup_vault=vault.name,
            ),
        )
        stack = Stack.of(self)
        self.function.allow(
            *permissions.prune_recovery_points(stack, vault.arn, platform.prefix),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access(
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "BatchWriteItem", "DeleteItem"
            ),
        )
        self._schedule(platform)
        self._watch()

    def _schedule(self, platform: Platform) -> None:
        platform.schedules.add(
            "prune-file-systems",
            description="Snapkeep: deletes recovery points of file systems that retention no longer keeps",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        platform.schedules.add(
            "sweep-file-systems",
            description="Snapkeep: reports recovery points of AWS Backup that belong to no backup",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=SWEEP_EVERY),
            input={"scheduledTime": SCHEDULED_TIME, "orphans": True},
        )

    def _watch(self) -> None:
        gave_up_or_stopped(
            self,
            "GaveUp",
            function="prune_file_systems",
            every=Duration.days(1),
            runbook="file-systems-not-pruned",
        )
        alarm(
            self,
            "SweepGaveUp",
            metric=given_up("sweep_file_systems", every=Duration.days(1)),
            says="the weekly sweep of AWS Backup's vault gave up its work",
            runbook="file-systems-not-pruned",
        )
