"""Suspicions: while nobody has accepted a suspicious point, the last good one before it stays.

A verdict only ever keeps more. So a suspicion lasts even if its own point is deleted or later ones check
well: whoever encrypts files can leave their names as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.proof.checks import Check, Verdict
from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.times import moment


@dataclass(frozen=True, slots=True)
class Taken:
    """A point of a claim: when its snapshot was started (aware UTC)."""

    point_id: str
    snapshot_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspicious point of a claim that nobody has accepted, and the last good one before it.

    `point` was taken at `taken` (aware UTC). `good` is the snapshot (id) that stays, "" if none was known.
    """

    claim: str
    point: str
    taken: datetime
    reason: str
    good: str = ""


def suspicion_of(
    claim: str, check: Check, taken: datetime, earlier: Sequence[Taken], checks: Mapping[str, Check]
) -> Suspicion | None:
    """The suspicion that a check of a claim's (UID) point raises; None unless it is suspicious.

    `earlier` are the claim's points under any policy that are still there, `checks` those of them that were
    checked, by point. Of points that were never looked at, the newest one counts as the last good one.
    """
    if check.verdict is not Verdict.SUSPICIOUS or check.accepted_by:
        return None
    before = sorted((each for each in earlier if each.at < taken), key=lambda each: (each.at, each.point_id))
    good = next((each for each in reversed(before) if _is_good(checks.get(each.point_id))), None)
    unknown = next((each for each in reversed(before) if each.point_id not in checks), None)
    last = good or unknown
    return Suspicion(claim, check.point_id, taken, check.reasons[0], last.snapshot_id if last else "")


def protections(suspicions: Iterable[Suspicion]) -> dict[str, Protection]:
    """What must stay (snapshot ids), each with the reason."""
    found: dict[str, Protection] = {}
    for each in sorted(suspicions, key=lambda each: (each.taken, each.point)):
        if each.good and each.good not in found:
            found[each.good] = Protection(
                f"the last good point before {each.point} of {moment(each.taken)}, which is suspicious "
                f"({each.reason}): look at that one, then run `snapkeep checks accept {each.point}`"
            )
    return found


def _is_good(check: Check | None) -> bool:
    return check is not None and check.is_good
