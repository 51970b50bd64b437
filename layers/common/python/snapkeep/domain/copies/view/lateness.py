"""When a claim's newest copy in a place is late: the one law for coverage and for what people are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.copies.lineages import SPANS
from snapkeep.domain.copies.rules import Every
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Trouble

LATE_AFTER = timedelta(days=1)
"""How long after its point was taken a copy may become ready before it counts as late."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Why a claim's newest copy is older than its rule promises, which in a busy place is often so.

    Somebody should look at it from `watched_from` (aware UTC) on. It is late at once then if `is_certain`;
    otherwise once it has been watched for `LATE_AFTER`, because when the next copy was due is a guess: the
    points that would show it may have been pruned, or the place is new.
    """

    reason: str
    watched_from: datetime
    is_certain: bool


def behind(points: Sequence[datetime], last: datetime | None, every: Every) -> Behind | None:
    """How a claim is behind whose good points and whose newest ready copy (`last`) were taken then; None if
    its rule wants no newer copy, or if it has no point."""
    if not points:
        return None
    if last is None:
        oldest = min(points)
        return Behind(f"no copy yet; its oldest point was taken {moment(oldest)}", oldest, False)
    due = first_due(points, last, every)
    if due is None:
        return None
    is_certain = any(time.replace(microsecond=0) <= last for time in points)
    if not is_certain:
        due = last + SPANS.get(every.period, timedelta())
    reason = f"the newest copy is of {moment(last)}; the next was due from {moment(due)}"
    return Behind(reason, due + LATE_AFTER, is_certain)


def first_due(taken: Iterable[datetime], last: datetime, every: Every) -> datetime | None:
    """When the first point was taken that a rule wants after its copy of `last`; None without one. Times of
    copies have no fractions of a second."""
    after = last + SPANS.get(every.period, timedelta())
    newer = sorted(time for time in taken if time.replace(microsecond=0) > after)
    return newer[every.number - 1] if len(newer) >= every.number else None


def is_late(found: Behind, known: Trouble | None, now: datetime) -> bool:
    """True when a claim has been behind for too long; `known` is what the journal remembers of that, if
    anything: then people were told of it, or its age says when they will be."""
    if known is not None and known.told_at is not None:
        return True
    if now <= found.watched_from:
        return False
    since = known.since if known is not None else found.watched_from
    return found.is_certain or now - since >= LATE_AFTER


def lineage_name(namespace: str, claim: str, policy: str) -> str:
    """What people know a claim under a policy by."""
    return f"{namespace}/{claim} ({policy})"
