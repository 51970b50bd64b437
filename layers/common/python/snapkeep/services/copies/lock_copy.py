"""Locks a copy as its rule asks, from its first moment: a pending snapshot can be locked.

https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-considerations.html
"""

from __future__ import annotations

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Deployment
from snapkeep.services.copies.turn import Turn


def lock_copy(turn: Turn, deployment: Deployment, record: CopyRecord) -> str:
    """Lock the copy of a record; returns why it cannot be locked, or "".

    A locked one stays as it is. Raises TemporaryError when a later attempt may lock it.
    """
    policy = deployment.policy(record.rule)
    locks = [rule.lock for rule in policy.copies if rule.to == record.place] if policy else []
    for lock in locks:
        if lock is not None:
            try:
                turn.snapshots.lock(record.snapshot_id, lock)
            except PermanentError as error:
                return f"not locked, so it can be deleted: {error.reason}"
    return ""
