"""Suspicions: while nobody has accepted a suspicious point, the last good one before it stays.

A verdict only ever keeps more. So a suspicion lasts even if its own point is deleted or later ones check
well: whoever encrypts files can leave their names as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from snapkeep.domain.proof.checks import Check, Subject, Verdict, is_before
from snapkeep.domain.retention.candidates import Protection
from snapkeep.domain.times import moment


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspicious point that nobody has accepted, and the last good one of its claim before it.

    `good` is the snapshot (id) that stays, "" if there was none.
    """

    subject: Subject
    reason: str
    good: str = ""


def suspicion_of(check: Check, points: Iterable[Subject], checks: Mapping[str, Check]) -> Suspicion | None:
    """The suspicion that the check of a point raises; None unless it is suspicious.

    `points` are those that are still there, `checks` those of them that were checked, by point. If none of
    the claim's earlier points checked well, the newest that was not looked into counts as the last good one.
    """
    if check.verdict is not Verdict.SUSPICIOUS or check.accepted_by:
        return None
    before = [each for each in points if is_before(each, check.subject)]
    newest_first = sorted(before, key=lambda each: (each.taken, each.point_id), reverse=True)
    good = next((each for each in newest_first if _is_good(checks.get(each.point_id))), None)
    unseen = next((each for each in newest_first if _is_unseen(checks.get(each.point_id))), None)
    last = good or unseen
    return Suspicion(check.subject, check.reasons[0], last.snapshot_id if last else "")


def protections(suspicions: Iterable[Suspicion]) -> dict[str, Protection]:
    """What must stay (snapshot ids), each with the reason."""
    found: dict[str, Protection] = {}
    for each in sorted(suspicions, key=lambda each: (each.subject.taken, each.subject.point_id)):
        if each.good and each.good not in found:
            point = each.subject.point_id
            found[each.good] = Protection(
                f"the last good point before {point} of {moment(each.subject.taken)}, which is suspicious "
                f"({each.reason}): look at that one, then run `snapkeep checks accept {point}`"
            )
    return found


def _is_good(check: Check | None) -> bool:
    return check is not None and check.is_good


def _is_unseen(check: Check | None) -> bool:
    return check is None or check.verdict is Verdict.NOT_LOOKED_AT
