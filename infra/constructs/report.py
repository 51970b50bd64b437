"""write_report: every hour, each cluster's report page, in a bucket that only links open."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.platform import Platform
from snapkeep.settings import WriteReportSettings

EVERY = "rate(1 hour)"
SPREAD = 15
"""Minutes over which the clusters' starts are spread: each has its own invocation."""

KEEP_EARLIER = Duration.days(30)
"""How long the pages before the newest one stay."""


FILES = "files/"
"""Where the files that are read out of points lie, as `adapters/aws/s3_files.py` has it."""

KEEP_FILES = Duration.days(1)
"""How long such a file can be fetched; a day later nothing of it is left.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""


class ReportBucket(Construct):
    """Where pages are stored, and for a day the files that people fetch: private, encrypted, TLS only; each
    function gets its right where it is defined."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self._bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="EarlierPages",
                    noncurrent_version_expiration=KEEP_EARLIER,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="FilesOfPoints",
                    prefix=FILES,
                    expiration=KEEP_FILES,
                    noncurrent_version_expiration=KEEP_FILES,
                ),
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )

    @property
    def name(self) -> str:
        """The bucket's name, as settings carry it."""
        return self._bucket.bucket_name

    def writing(self) -> iam.PolicyStatement:
        """Write pages, and nothing else."""
        return iam.PolicyStatement(sid="WritePages", actions=["s3:PutObject"], resources=[self._pages])

    def reading(self) -> tuple[iam.PolicyStatement, ...]:
        """Read pages; without the right to list, S3 does not distinguish a missing page from a forbidden
        one."""
        return (
            iam.PolicyStatement(sid="ReadPages", actions=["s3:GetObject"], resources=[self._pages]),
            iam.PolicyStatement(
                sid="FindPages", actions=["s3:ListBucket"], resources=[self._bucket.bucket_arn]
            ),
        )

    @property
    def files(self) -> str:
        """The ARN of all files that are read out of points."""
        return self._bucket.arn_for_objects(f"{FILES}*")

    @property
    def _pages(self) -> str:
        return self._bucket.arn_for_objects("*.html")


class Report(Construct):
    """The function (`function`) and its schedule. It can write only pages, and read everything else."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        pages: ReportBucket,
    ) -> None:
        super().__init__(scope, id)
        self.function = PythonFunction(
            self,
            "WriteReport",
            platform=platform,
            name="write_report",
            description="Snapkeep: writes report pages",
            timeout=Duration.minutes(10),
            memory_mib=1024,
            asynchronous=True,
            settings=WriteReportSettings(journal_table=platform.journal.name, reports_bucket=pages.name),
        )
        clusters = platform.clusters  # a vault has none
        self.function.allow(
            permissions.describe("Snapshots", "LockedSnapshots", "Images"),
            *([permissions.describe_clusters(Stack.of(self), clusters)] if clusters else []),
            platform.journal.access("GetItem", "BatchGetItem", "Query"),
            pages.writing(),
        )
        for cluster in clusters:
            self._every_hour(platform, f"write-report.{cluster}", f"cluster {cluster}", cluster)
        if platform.deployment.vault:
            self._every_hour(platform, "write-report", "the vault")
        gave_up_or_stopped(
            self, "GaveUp", function="write_report", every=Duration.hours(1), runbook="work-given-up"
        )

    def _every_hour(self, platform: Platform, name: str, whose: str, cluster: str = "") -> None:
        platform.schedules.add(
            name,
            description=f"Snapkeep: writes the report page of {whose}",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY, flexible_minutes=SPREAD),
            input={"cluster": cluster, "scheduledTime": SCHEDULED_TIME},
        )
