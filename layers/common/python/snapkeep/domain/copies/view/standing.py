"""How old a claim's newest copy in a place is, against what the rule of the policy promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from snapkeep.domain.copies.lineages import SPANS
from snapkeep.domain.copies.rules import Every
from snapkeep.domain.times import moment

LATE_AFTER = timedelta(days=1)
"""How long after its point was taken a copy may become ready before it counts as late."""


class Standing(StrEnum):
    """How a claim stands in a place: `failed` means that its newest copies were given up."""

    ON_TIME = "on_time"
    LATE = "late"
    NOT_COPIED = "not_copied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CopiedTo:
    """How a claim stands in a place under a policy.

    `taken` (aware UTC) is when the data of its newest ready copy was snapshotted, None without one. `is_late`
    is True when somebody has something to do.
    """

    place: str
    policy: str
    standing: Standing
    taken: datetime | None
    reason: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class PlaceStands:
    """How the claims of a cluster stand in a place: how many in each way, and when the data of the oldest of
    their newest copies was taken (aware UTC), None while there is no copy."""

    place: str
    counts: Mapping[Standing, int]
    oldest: datetime | None


def by_place(copies: Iterable[CopiedTo]) -> tuple[PlaceStands, ...]:
    """How claims stand in each place, in the order of their names."""
    found: dict[str, list[CopiedTo]] = {}
    for copy in copies:
        found.setdefault(copy.place, []).append(copy)
    return tuple(
        PlaceStands(
            place,
            Counter(copy.standing for copy in some),
            min((copy.taken for copy in some if copy.taken), default=None),
        )
        for place, some in sorted(found.items())
    )


def copied_to(
    place: str,
    policy: str,
    every: Every,
    points: Sequence[datetime],
    last: datetime | None,
    trouble: str,
    now: datetime,
) -> CopiedTo:
    """How a claim stands, whose good points and whose newest ready copy (`last`) were taken then; `trouble`
    says why a newer copy was given up."""
    if last is None:
        waits = bool(points) and now - min(points) > LATE_AFTER
        since = f"; its oldest point was taken {moment(min(points))}" if points else "; it has no point yet"
        state = Standing.FAILED if trouble else Standing.NOT_COPIED
        return CopiedTo(place, policy, state, None, trouble or f"no copy yet{since}", waits or bool(trouble))
    age = f"the newest copy is of {moment(last)}"
    if trouble:
        return CopiedTo(place, policy, Standing.FAILED, last, f"{age}; {trouble}", True)
    due = first_due(points, last, every)
    if due is not None and now - due > LATE_AFTER:
        reason = f"{age}; the next was due from {moment(due)}"
        return CopiedTo(place, policy, Standing.LATE, last, reason, True)
    return CopiedTo(place, policy, Standing.ON_TIME, last, age, False)


def first_due(taken: Iterable[datetime], last: datetime, every: Every) -> datetime | None:
    """When the first point was taken that a rule wants after its copy of `last`; None without one. Times of
    copies have no fractions of a second."""
    after = last + SPANS.get(every.period, timedelta())
    newer = sorted(time for time in taken if time.replace(microsecond=0) > after)
    return newer[every.number - 1] if len(newer) >= every.number else None
