"""Locks a copy as its rule asks, from its first moment: a pending snapshot can be locked.

https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-considerations.html
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.terms import CopyTerms
from snapkeep.domain.errors import PermanentError, TemporaryError
from snapkeep.services.copies.turn import Turn

log = logging.getLogger(__name__)

TURN_EVERY = timedelta(minutes=5)
MOST_REFUSALS = 3


def lock_copy(turn: Turn, terms: CopyTerms, record: CopyRecord) -> str:
    """Lock the copy of a record as the terms say; returns why it cannot be locked, or "".

    A locked one stays as it is. Raises TemporaryError when a later attempt may lock it.
    """
    lock = terms.lock(record.place, record.rule)
    if lock is None:
        return ""
    try:
        turn.snapshots.lock(record.snapshot_id, lock)
    except PermanentError as error:
        return f"not locked, so it can be deleted: {error.reason}"
    return ""


def lock_again(turn: Turn, terms: CopyTerms, now: datetime) -> list[CopyRecord]:
    """Try again to lock complete copies that could not be locked; returns those that still are not.

    What prevents one lock usually prevents all, so a turn stops trying after a few refusals, and the next
    turn begins with others. A record whose copy is gone needs no lock any more.
    """
    unlocked = [each for each in turn.records.unlocked_copies(turn.place.name) if turn.is_here(each)]
    first = int(now.timestamp() // TURN_EVERY.total_seconds()) % max(1, len(unlocked))
    remaining: list[CopyRecord] = []
    for record in unlocked[first:] + unlocked[:first]:
        if len(remaining) < MOST_REFUSALS:
            with turn.part(record.subject):
                record = _lock_again(turn, terms, record)
        if record.lock_reason:
            remaining.append(record)
    return remaining


def _lock_again(turn: Turn, terms: CopyTerms, record: CopyRecord) -> CopyRecord:
    try:
        reason = lock_copy(turn, terms, record)
    except TemporaryError as error:
        if turn.snapshots.get(record.snapshot_id) is not None:
            raise
        log.warning("%s needs no lock any more: %s", record.snapshot_id, error.reason)
        reason = ""
    if reason == record.lock_reason:
        return record
    return turn.write(replace(record, lock_reason=reason))
