"""read_files: reads files out of points, when the API asks for it."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import alarm
from infra.constructs.python_function import PythonFunction
from infra.constructs.report import ReportBucket
from infra.packaging.build import FILESYSTEMS
from infra.platform import Platform
from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.files.operations import READER_ENDS
from snapkeep.settings import ReadFilesSettings

MEMORY_MIB = 1024
"""A read takes under 256 MiB; Lambda gives it CPU and network by its memory.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""


class ReadFiles(Construct):
    """The function (`function`). It reads the data of points and writes files for a day.

    It is in no VPC, has no access to clusters, and can neither create, tag, copy, share nor delete a
    snapshot.
    """

    def __init__(
        self, scope: Construct, id: str, *, platform: Platform, rules: FileRules, pages: ReportBucket
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "ReadFiles",
            platform=platform,
            name="read_files",
            description="Snapkeep: reads files out of recovery points",
            timeout=Duration.seconds(READER_ENDS.total_seconds()),
            memory_mib=MEMORY_MIB,
            settings=ReadFilesSettings(journal_table=platform.journal.name, reports_bucket=pages.name),
            layers=(FILESYSTEMS,),
        )
        stack = Stack.of(self)
        self.function.allow(
            permissions.describe("Snapshots"),
            permissions.read_blocks(stack, platform.owner),
            *permissions.decrypt_points(rules.keys),
            permissions.store_files(pages.files),
            platform.journal.access("GetItem", "PutItem"),
        )
        alarm(
            self,
            "Failed",
            metric=self.function.function.metric_errors(
                period=Duration.minutes(5), statistic=cloudwatch.Stats.SUM
            ),
            says="reading files failed unexpectedly",
            runbook="files-not-read",
        )
