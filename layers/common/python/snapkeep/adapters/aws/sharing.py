"""Sharing snapshots with another account.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from snapkeep.adapters.aws.ec2 import PAGE
from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.domain import tags
from snapkeep.domain.copies.tags import COPY
from snapkeep.domain.errors import NotFound
from snapkeep.domain.points import Snapshot, snapshot_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


class Ec2Shares:
    """Implements the Shares port: for the points of one deployment, or without a `deployment` for all copies
    in the account and Region."""

    def __init__(self, ec2: EC2Client, deployment: str = "") -> None:
        self._ec2, self._deployment = ec2, deployment

    def share(self, snapshot_id: str, account: str) -> None:
        with ec2_errors(f"share {snapshot_id} with {account}"):
            self._modify(snapshot_id, "add", account)

    def unshare(self, snapshot_id: str, account: str) -> None:
        with suppress(NotFound), ec2_errors(f"stop sharing {snapshot_id} with {account}"):
            self._modify(snapshot_id, "remove", account)

    def shared_with(self, account: str) -> Iterator[Snapshot]:
        """Our snapshots that an account may copy, page by page.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
        """
        with ec2_errors(f"list what is shared with {account}"):
            pages = self._ec2.get_paginator("describe_snapshots").paginate(
                OwnerIds=["self"],
                RestorableByUserIds=[account],
                Filters=[{"Name": f"tag:{tags.MANAGED}", "Values": ["true" if self._deployment else COPY]}],
                PaginationConfig={"PageSize": PAGE},
            )
            for page in pages:
                for item in page["Snapshots"]:
                    snapshot = snapshot_of(item)
                    if not (self._deployment and tags.is_anothers(snapshot.tags, self._deployment)):
                        yield snapshot

    def _modify(self, snapshot_id: str, operation: Literal["add", "remove"], account: str) -> None:
        """Only this form of the call names accounts and nothing else, which the role's policy relies on.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
        """
        self._ec2.modify_snapshot_attribute(
            SnapshotId=snapshot_id,
            Attribute="createVolumePermission",
            OperationType=operation,
            UserIds=[account],
        )
