"""save_objects: save the Kubernetes objects beside new runs, in a bucket of their own."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import permissions
from infra.constructs.alarms import gave_up_or_stopped
from infra.constructs.python_function import PythonFunction
from infra.constructs.schedules import SCHEDULED_TIME, Timing
from infra.packaging.build import ENCRYPTION
from infra.platform import Platform
from snapkeep.domain.policies import Policy
from snapkeep.settings import SaveObjectsSettings

EVERY = "rate(5 minutes)"
TIMEOUT = Duration.minutes(5)
"""No longer than the lease of a namespace in `services/objects/save_objects.py`."""

MEMORY_MIB = 512
"""10,000 objects of a namespace need less than 256 MiB; more memory also means more CPU to compress them."""

KEEP_REPLACED = Duration.days(30)
"""How long archives stay that were replaced or deleted. Locked ones stay until their lock ends."""


class ObjectsBucket(Construct):
    """Where archives are stored: private, TLS only, with versions and Object Lock, which AWS only turns on
    when a bucket is made.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
    """

    def __init__(self, scope: Construct, id: str, *, key_arn: str = "") -> None:
        super().__init__(scope, id)
        self._key_arn = key_arn
        key = kms.Key.from_key_arn(self, "Key", key_arn) if key_arn else None
        self._bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            enforce_ssl=True,
            versioned=True,
            object_lock_enabled=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="Replaced",
                    noncurrent_version_expiration=KEEP_REPLACED,
                    expired_object_delete_marker=True,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )

    @property
    def name(self) -> str:
        """The bucket's name, as settings carry it."""
        return self._bucket.bucket_name

    def reading(self) -> Sequence[iam.PolicyStatement]:
        """Read archives and manifests, which is what a link does in the name of who made it."""
        return (
            permissions.read_objects(self.arn),
            *((permissions.use_key_of_bucket(Stack.of(self), self._key_arn),) if self._key_arn else ()),
        )

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return self._bucket.bucket_arn


class SaveObjects(Construct):
    """The function (`function`), its bucket and its schedule.

    It only reads in clusters, and Secrets only if a policy saves them; what it encrypts of those it cannot
    decrypt. In its bucket it can remove what it wrote, which stays as an earlier version, but neither destroy
    nor unlock it.
    """

    def __init__(self, scope: Construct, id: str, *, platform: Platform) -> None:
        super().__init__(scope, id)
        stack, key = Stack.of(self), platform.options.kms_key or ""
        locked = [each.lock.days for each in platform.policies if each.objects and each.lock]
        secrets = [each for each in platform.policies if each.secrets_key]
        self.bucket = ObjectsBucket(self, "Objects", key_arn=key)
        self.function = PythonFunction(
            self,
            "SaveObjects",
            platform=platform,
            name="save_objects",
            description="Snapkeep: saves the Kubernetes objects beside new runs",
            timeout=TIMEOUT,
            memory_mib=MEMORY_MIB,
            asynchronous=True,
            settings=SaveObjectsSettings(
                journal_table=platform.journal.name,
                event_bus=platform.event_bus,
                objects_bucket=self.bucket.name,
            ),
            layers=(ENCRYPTION,) if secrets else (),
        )
        self.function.allow(
            permissions.describe_clusters(stack, platform.clusters),
            *permissions.write_objects(self.bucket.arn),
            *([permissions.lock_objects(self.bucket.arn, max(locked))] if locked else []),
            *([permissions.use_key_of_bucket(stack, key)] if key else []),
            *([_encrypt_secrets(secrets)] if secrets else []),
            permissions.put_events(stack, platform.event_bus),
            platform.journal.access("GetItem", "BatchGetItem", "Query", "PutItem", "DeleteItem"),
        )
        platform.schedules.add(
            "save-objects",
            description="Snapkeep: saves the Kubernetes objects beside new runs",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression=EVERY),
            input={"scheduledTime": SCHEDULED_TIME},
        )
        platform.schedules.add(
            "sweep-objects",
            description="Snapkeep: removes saved Kubernetes objects of runs whose points have gone",
            target=self.function.target,
            function=self.function.name,
            timing=Timing(expression="rate(1 day)"),
            input={"sweep": True, "scheduledTime": SCHEDULED_TIME},
        )
        gave_up_or_stopped(
            self, "GaveUp", function="save_objects", every=Duration.minutes(15), runbook="work-given-up"
        )


def _encrypt_secrets(policies: Sequence[Policy]) -> iam.PolicyStatement:
    keys = dict.fromkeys(policy.secrets_key for policy in policies)
    clusters = dict.fromkeys(name for policy in policies for name in policy.clusters)
    return permissions.encrypt_secrets(list(keys), list(clusters))
