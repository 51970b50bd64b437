"""back_up_file_systems, started by a schedule for each policy that backs up EFS file systems."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.file_systems_vault import FileSystemsVault
from infra.constructs.policy_schedules import schedule_policies
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.domain.policies import Policy
from snapkeep.settings import BackUpFileSystemsSettings

EVERY = Duration.minutes(15)
TIMEOUT = Duration.minutes(10)
MEMORY_MIB = 1024
"""As plan_backup, it holds a listing of thousands of claims with their volumes."""

ENDED = ("COMPLETED", "PARTIAL", "FAILED", "EXPIRED", "ABORTED")


class BackUpFileSystems(Construct):
    """The function (`function`), its vault (`vault`), its schedules, and the rule for ended jobs.

    It starts jobs and cannot delete what they made.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform, policies: Sequence[Policy]) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.vault = FileSystemsVault(self, "Vault", platform=platform)
        self.function = PythonFunction(
            self,
            "BackUpFileSystems",
            platform=platform,
            name="back_up_file_systems",
            description="Snapkeep: has AWS Backup back up EFS file systems, and follows its jobs",
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            asynchronous=True,
            settings=BackUpFileSystemsSettings(
                journal_table=platform.journal.name,
                event_bus=platform.event_bus,
                backup_vault=self.vault.name,
                backup_role=self.vault.role.role_arn,
                file_systems=stack.format_arn(
                    service="elasticfilesystem", resource="file-system", resource_name=""
                ),
            ),
        )
        self.function.allow(
            permissions.describe_clusters(stack, platform.clusters),
            *permissions.back_up_file_systems(
                stack, self.vault.arn, self.vault.role.role_arn, platform.prefix
            ),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem"),
        )
        self._start(platform, policies)
        gave_up_or_stopped(
            self, "GaveUp", function="back_up_file_systems", every=EVERY, runbook="file-systems"
        )

    def _start(self, platform: Platform, policies: Sequence[Policy]) -> None:
        schedule_policies(platform, self.function, policies)
        platform.schedules.add(
            "follow-file-systems",
            description="Snapkeep: follows the backups of file systems",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=f"rate({EVERY.to_minutes():.0f} minutes)"),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        events.Rule(
            self,
            "JobsEnded",
            description="Snapkeep: AWS Backup jobs that ended",
            event_pattern=events.EventPattern(
                source=["aws.backup"],
                detail_type=["Backup Job State Change"],
                detail={"state": list(ENDED), "backupVaultName": [self.vault.name]},
            ),
            targets=[
                targets.LambdaFunction(self.function.function, dead_letter_queue=self.function.failures)
            ],
        )
