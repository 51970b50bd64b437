"""Copies of EBS snapshots, made by the EC2 of the Region that they go to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.ec2 import DESCRIPTION_LIMIT, tagged
from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.adapters.aws.session import code_of
from snapkeep.domain.errors import Throttled

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

LIMIT_EXCEEDED = "ResourceLimitExceeded"
"""EC2 has as many copies in progress in the Region as it allows the account: 20, shared by everybody who
copies. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
"""

LATER = timedelta(minutes=5)


class Ec2Copier:
    """Copies snapshots into one Region, under a key of that Region."""

    def __init__(self, creator: EC2Client) -> None:
        """`creator` is a client of the Region that copies go to, and must not retry (`session.CREATES`).

        For the Region of the source botocore signs a second request and sends it along.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html
        """
        self._creator = creator

    def copy(self, snapshot_id: str, region: str, key: str, tags: Mapping[str, str], description: str) -> str:
        """CopySnapshot, tagged in the same call."""
        with ec2_errors(f"copy {snapshot_id} of {region}"):
            try:
                answer = self._creator.copy_snapshot(
                    SourceRegion=region,
                    SourceSnapshotId=snapshot_id,
                    Encrypted=True,
                    KmsKeyId=key,
                    TagSpecifications=tagged(tags),
                    Description=description[:DESCRIPTION_LIMIT],
                )
            except ClientError as error:
                if code_of(error) != LIMIT_EXCEEDED:
                    raise
                full = "the Region has as many copies in progress as EC2 allows the account (20)"
                reason = f"copy {snapshot_id} of {region}: {full} ({LIMIT_EXCEEDED})"
                raise Throttled(reason, LATER) from error
        return answer["SnapshotId"]
