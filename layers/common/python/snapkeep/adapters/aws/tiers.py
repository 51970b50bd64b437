"""EC2's storage tiers, in one account and Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.ec2_errors import ec2_errors
from snapkeep.adapters.aws.session import THROTTLES, chunks, code_of, said
from snapkeep.domain.archive.tiers import MoveState, TierMove, TierStatus
from snapkeep.domain.errors import Invalid, Throttled

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

IDS = 200
"""Snapshots per call: the most values one filter accepts."""

LATER = timedelta(hours=1)

IN_USE = "InvalidSnapshot.InUse"
"""An AMI uses the snapshot: it can be archived once all such AMIs are disabled.
https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive-considerations.html
"""


class Ec2Tiers:
    """Implements the Tiers port."""

    def __init__(self, ec2: EC2Client, mover: EC2Client) -> None:
        """`mover` makes the calls that begin moves and must not retry them (`session.CREATES`): EC2 would
        refuse the second call of one that it has begun."""
        self._ec2 = ec2
        self._mover = mover

    def archive(self, snapshot_id: str) -> None:
        """ModifySnapshotTier.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotTier.html
        """
        with _moving(f"archive {snapshot_id}"):
            self._mover.modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")

    def bring_back(self, snapshot_id: str, days: int) -> None:
        """RestoreSnapshotTier for a time. "The new restore period is effective from the current date."

        https://docs.aws.amazon.com/ebs/latest/userguide/modify-temp-restore-period.html
        """
        with _moving(f"bring {snapshot_id} back from the archive tier"):
            self._mover.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=days)

    def tiers(self, snapshot_ids: Sequence[str]) -> Mapping[str, TierStatus]:
        """DescribeSnapshotTierStatus, by filter: ids that EC2 does not know are no error then."""
        found: dict[str, TierStatus] = {}
        pages = self._ec2.get_paginator("describe_snapshot_tier_status")
        for some in chunks(snapshot_ids, IDS):
            with ec2_errors(f"look up the storage tiers of {len(some)} snapshots"):
                for page in pages.paginate(Filters=[{"Name": "snapshot-id", "Values": list(some)}]):
                    for item in page["SnapshotTierStatuses"]:
                        found[item["SnapshotId"]] = _status(item)
        return found

    def shared_with(self, snapshot_id: str) -> Sequence[str]:
        """Those with a createVolumePermission.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshotAttribute.html
        """
        with ec2_errors(f"look who may use {snapshot_id}"):
            answer = self._ec2.describe_snapshot_attribute(
                SnapshotId=snapshot_id, Attribute="createVolumePermission"
            )
        given = answer.get("CreateVolumePermissions", [])
        return [each.get("UserId") or each.get("Group", "") for each in given]


@contextmanager
def _moving(doing: str) -> Iterator[None]:
    """Translate errors. A quota is full for now: 25 archives and 5 restores may be in progress, and 25
    snapshots of a volume archived.

    AWS documents the quotas, and not the code of the refusal.
    https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html
    """
    with ec2_errors(doing):
        try:
            yield
        except ClientError as error:
            code = code_of(error)
            if code == IN_USE:
                raise Invalid(f"{doing}: {said(error)}") from error
            if code in THROTTLES or not code.endswith(("LimitExceeded", "QuotaExceeded")):
                raise
            raise Throttled(f"{doing}: {said(error)}", LATER) from error


def _status(item: Mapping[str, Any]) -> TierStatus:
    move, state = _last_move(item.get("LastTieringOperationStatus", ""))
    return TierStatus(
        snapshot_id=item["SnapshotId"],
        is_archived=item.get("StorageTier") == "archive",
        move=move,
        state=state,
        detail=item.get("LastTieringOperationStatusDetail", ""),
        progress=item.get("LastTieringProgress", 0),
        began=item.get("LastTieringStartTime"),
        archived_at=item.get("ArchivalCompleteTime"),
        back_until=item.get("RestoreExpiryTime"),
    )


def _last_move(status: str) -> tuple[TierMove, MoveState]:
    """The move and its state in a status such as `temporary-restore-in-progress`."""
    for state in (MoveState.IN_PROGRESS, MoveState.COMPLETED, MoveState.FAILED):
        move = status.removesuffix(f"-{state.value}")
        if move != status and move in set(TierMove):
            return TierMove(move), state
    return TierMove.NONE, MoveState.NONE
