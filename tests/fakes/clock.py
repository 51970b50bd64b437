"""A clock that moves only on command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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
