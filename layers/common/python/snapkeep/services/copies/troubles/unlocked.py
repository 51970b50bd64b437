"""Complete copies without the lock that their rule asks for, by claim."""

from __future__ import annotations

from collections.abc import Iterable

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.services.copies.troubles.found import ClaimKey, Found


def unlocked(records: Iterable[CopyRecord]) -> Found:
    """Claims with copies that anybody with the right may delete, with their count and the newest reason."""
    by_claim: dict[ClaimKey, list[CopyRecord]] = {}
    for record in records:
        claim = record.cluster, f"{record.namespace}/{record.claim}", record.policy
        by_claim.setdefault(claim, []).append(record)
    found = Found()
    for (cluster, name, policy), some in by_claim.items():
        newest = max(some, key=lambda record: record.taken)
        count = "" if len(some) == 1 else f"{len(some)} copies; the newest: "
        reason = f"{count}{newest.snapshot_id} is {newest.lock_reason}"
        found.add(cluster, f"{name} ({policy})", reason, at_once=True)
    return found
