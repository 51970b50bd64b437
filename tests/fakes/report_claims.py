"""How policies cover the claims that samples of a report show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.selection import SkippedClaim
from snapkeep.domain.claims import ClaimName
from snapkeep.domain.policies import Policy
from snapkeep.domain.report.coverage import LastGood, Promise


def left(namespace: str, claim: str, code: Code, reason: str) -> SkippedClaim:
    """A claim that no policy takes."""
    return SkippedClaim(ClaimName(namespace, claim), code, reason)


def a_promise(
    policy: Policy, slots: Sequence[datetime], ahead: datetime, *, missed: datetime | None = None
) -> Promise:
    """A policy's promise whose good points have these slots."""
    last = LastGood("point", policy.name, max(slots)) if slots else None
    return Promise(policy.name, False, last, missed, ahead)
