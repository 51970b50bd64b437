"""What a deployment needs from its AWS account. Only `infra` reads it, never a function."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from snapkeep_cli.config.cluster_access import WITH_ACCESS as WITH_CLUSTER_ACCESS
from snapkeep_cli.config.errors import did_you_mean
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import ClusterName, Matching

FUNCTION_NAMES = (
    *WITH_CLUSTER_ACCESS,
    "archive_points",
    "check_points",
    "copy_points",
    "lend_copies",
    "prune_copies",
    "prune_file_systems",
    "pull_copies",
    "read_files",
    "record_completion",
    "restore_file_systems",
)
"""Every function that a stack may have."""


def _function(name: str) -> str:
    if name not in FUNCTION_NAMES:
        allowed = ", ".join(sorted(FUNCTION_NAMES))
        hint = did_you_mean(name, FUNCTION_NAMES)
        raise ValueError(f"{name[:80]!r} is not a function{hint}; use {allowed}")
    return name


_ARN = r"arn:aws[a-z-]*"
KmsKeyArn = Annotated[
    str,
    Matching(
        rf"{_ARN}:kms:[a-z0-9-]+:[0-9]{{12}}:key/[A-Za-z0-9-]+",
        "the ARN of a KMS key, such as arn:aws:kms:REGION:ACCOUNT:key/ID",
    ),
]
PolicyArn = Annotated[
    str,
    Matching(
        rf"{_ARN}:iam::([0-9]{{12}}|aws):policy/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of an IAM policy, such as arn:aws:iam::ACCOUNT:policy/NAME",
    ),
]
VpcId = Annotated[str, Matching(r"vpc-[0-9a-f]{8,17}", "the id of a VPC, such as vpc-0123456789abcdef0")]
SubnetId = Annotated[
    str, Matching(r"subnet-[0-9a-f]{8,17}", "the id of a subnet, such as subnet-0123456789abcdef0")
]
SecurityGroupId = Annotated[
    str, Matching(r"sg-[0-9a-f]{8,17}", "the id of a security group, such as sg-0123456789abcdef0")
]
FunctionName = Annotated[str, AfterValidator(_function)]
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


class Vpc(Strict):
    """The network of clusters whose API is private."""

    id: VpcId
    """The VPC from which functions talk to clusters."""
    subnets: Annotated[list[SubnetId], Field(min_length=1)]
    """Subnets that reach the AWS APIs through a NAT gateway or VPC endpoints."""
    cluster_security_groups: dict[ClusterName, SecurityGroupId] = Field(default_factory=dict)
    """For each cluster, the security group of its private endpoint; it gets a rule that lets functions in."""


class StackOptions(Strict):
    """What a deployment needs from its AWS account; nothing if omitted."""

    kms_key: KmsKeyArn | None = None
    """Your KMS key for journal, queues, topic and logs; AWS's keys if omitted."""
    permissions_boundary: PolicyArn | None = None
    """The permissions boundary of every role in the stack."""
    tracing: bool = False
    """true traces functions and API with AWS X-Ray."""
    log_retention_days: LogDays = 90
    """How long logs are kept."""
    reserved_concurrency: dict[FunctionName, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """For each function, the concurrency reserved for it, which is also its maximum; 0 stops it."""
    vpc: Vpc | None = None
    """The VPC of functions that talk to clusters with a private endpoint; no VPC if omitted."""
    runbooks: Annotated[str, Field(min_length=1, max_length=500)] = "docs/runbooks"
    """Where the runbooks are that alarms link to: a folder, or the address where you publish it."""
