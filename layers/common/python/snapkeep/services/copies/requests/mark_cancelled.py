"""Marks the snapshot of a cancelled copy, so that it counts nowhere and prune_copies deletes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.tags import CANCELLED
from snapkeep.domain.times import compact
from snapkeep.services.copies.turn import Turn


def mark_cancelled(turn: Turn, record: CopyRecord, now: datetime) -> CopyRecord:
    """Mark the copy of a record, which comes back as cancelled.

    A locked snapshot cannot be deleted, not even while it is pending: then the cancellation is dropped.
    https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-considerations.html
    """
    protections = turn.snapshots.protections([record.snapshot_id]).get(record.snapshot_id, ())
    if protections:
        why = "; ".join(item.reason for item in protections)
        reason = f"it could not be cancelled: {record.snapshot_id} is {why}"
        return turn.write(replace(record, cancelled_by="", cancelled_at=None, reason=reason))
    turn.snapshots.add_tags(record.snapshot_id, {CANCELLED: compact(now)})
    turn.report.cancelled.append(record.snapshot_id)
    return turn.write(record.dropped(now))
