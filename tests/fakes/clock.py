"""A clock that moves only on command, and a calendar with slots of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from snapkeep.domain.policies import Schedule


class TestClock:
    """Call it for the time (aware UTC); `forward` moves it."""

    __test__ = False

    def __init__(self, now: datetime = datetime(2026, 11, 24, 18, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        """Advance by `timedelta(**duration)` and return the new time."""
        self.now += timedelta(**duration)
        return self.now


class FixedCalendar:
    """A calendar with fixed slots."""

    def __init__(self, *slots: datetime) -> None:
        self.slots = slots

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """The given slots within the bounds."""
        return iter(sorted(slot for slot in self.slots if after < slot <= until))
