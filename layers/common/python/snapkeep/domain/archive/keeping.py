"""What retention knows about points that a policy had archived: their rank, and what EC2 bills anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.times import moment


def ranks(good: Sequence[Candidate]) -> Iterator[int]:
    """The rank of each good point (newest first) for `minimum`: archived points push out none that are at
    hand, because only those can be restored at once."""
    at_hand = 0
    for place, point in enumerate(good):
        yield at_hand if point.is_at_hand else place
        at_hand += point.is_at_hand


def billed_anyway(point: Candidate, now: datetime) -> str:
    """Until when EC2 bills an archived point whether it stays or not, as a sentence; "" when it does not."""
    until = point.billed_until
    return f"EC2 bills it in the archive tier until about {moment(until)}" if until and until > now else ""
