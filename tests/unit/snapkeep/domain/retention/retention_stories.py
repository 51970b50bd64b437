"""Words for stories about retention: points by their times, plans by their ids."""

from __future__ import annotations

from datetime import UTC, datetime

from snapkeep.domain.points import PointState
from snapkeep.domain.retention.candidates import Candidate, Protection
from snapkeep.domain.retention.plan import RetentionPlan

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
READY, FAILED, PENDING, DELETING = (
    PointState.READY,
    PointState.FAILED,
    PointState.PENDING,
    PointState.DELETING,
)


def utc(text: str) -> datetime:
    """`11-22` or `2025-11-22 06:00`, in UTC; the year is 2026 and the time 00:00 unless said."""
    day, _, clock = text.partition(" ")
    day = day if len(day) == 10 else f"2026-{day}"
    return datetime.fromisoformat(f"{day} {clock or '00:00'}").replace(tzinfo=UTC)


def point(
    text: str, state: PointState = READY, *protections: Protection, late: bool = False, id: str = ""
) -> Candidate:
    """A point whose id is its time."""
    return Candidate(id or text, utc(text), state, protections, late)


def keep(plan: RetentionPlan) -> dict[str, tuple[str, ...]]:
    """The reasons of what is kept."""
    return {item.point.id: item.reasons for item in plan.keep}


def delete(plan: RetentionPlan) -> dict[str, str]:
    """The reasons of what is deleted."""
    return {item.point.id: item.reason for item in plan.delete}
