"""How the claims of a sample report stand in a Region and in a vault."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from snapkeep.domain.copies.kms_keys import cannot_be_shared
from snapkeep.domain.copies.rules import Every, Period
from snapkeep.domain.copies.view.standing import History, PlaceHolds, copied_to
from snapkeep.domain.report.coverage import CoveredClaim
from snapkeep.domain.troubles import Trouble

PLACES = (
    PlaceHolds("osaka", "ap-northeast-3", "", copies=42, bytes=1_260 * 2**30, in_progress=2, waiting=1),
    PlaceHolds("vault", "ap-northeast-2", "222233334444", copies=28),
)
KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DAILY = Every(Period.DAY)


def copied(claim: CoveredClaim, now: datetime) -> CoveredClaim:
    """The claim as it stands in both places: `sessions` is late in one, and cannot be copied to the other."""
    taken = [item.slot for item in claim.good]
    here = there = History(taken, max(taken, default=None))
    if claim.claim == "sessions":
        old = taken[0] - timedelta(days=4)
        here = History([*taken, old], old)
        there = History(taken, None, late=Trouble("", cannot_be_shared(KEY), now, now))
    stands = [
        copied_to(place, policy, DAILY, known, now)
        for policy in claim.policies
        for place, known in (("osaka", here), ("vault", there))
    ]
    return replace(claim, copies=tuple(stands))
