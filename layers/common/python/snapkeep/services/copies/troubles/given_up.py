"""Copies that are not tried again, by claim."""

from __future__ import annotations

from datetime import datetime

from snapkeep.domain.copies.records import CopyRecord, CopyStage
from snapkeep.domain.copies.view.lateness import LATE_AFTER
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import ClaimKey, Found, by_name, newest_ready, to_second
from snapkeep.services.copies.turn import Turn


def given_up(turn: Turn, listed: PlaceCopies, now: datetime) -> Found:
    """Claims whose copies were given up, until a newer point is copied. A copy in progress does not end the
    trouble, because it may fail too, and the trouble would be announced again.
    """
    newest = newest_ready(listed, by_name)
    by_claim: dict[ClaimKey, list[CopyRecord]] = {}
    for record in turn.records.failed_copies(turn.place.name):
        claim = record.cluster, f"{record.namespace}/{record.claim}", record.policy
        last = newest.get(claim)
        retry_at = record.retry_at()
        is_over = record.stage is CopyStage.GIVEN_UP or (retry_at and now - retry_at > LATE_AFTER)
        if is_over and (last is None or last < to_second(record.taken)):
            by_claim.setdefault(claim, []).append(record)
    found = Found()
    for (cluster, name, policy), records in by_claim.items():
        last_one = max(records, key=lambda record: record.taken)
        what = "given up" if last_one.stage is CopyStage.GIVEN_UP else "not tried again"
        count = "" if len(records) == 1 else f"{len(records)} points; the newest was "
        reason = f"{count}{what} after attempt {last_one.attempt}: {last_one.reason}"
        found.add(cluster, f"{name} ({policy})", reason, at_once=True)
    return found
