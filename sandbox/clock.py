"""The one clock of the sandbox: real time plus an offset that only moves forward.

EBS snapshots complete, read lags pass and schedules fall due by this clock, so a demo or a test can jump a
day in a second without sleeping. Like AWS time, it never runs backwards.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """Return the machine's time, aware UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """Real time plus a movable offset; safe to read and to move from several threads."""

    def __init__(self, real: Callable[[], datetime] = real_now) -> None:
        self._real = real
        self._offset = timedelta(0)
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """Return how far the sandbox is ahead of the machine."""
        return self._offset

    def now(self) -> datetime:
        """Return the sandbox's time, aware UTC."""
        return self._real() + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move forward by `by` and return the new time. ValueError for a negative step."""
        if by < timedelta(0):
            raise ValueError(f"the sandbox clock cannot go back by {-by}; advance it or start a new sandbox")
        with self._lock:
            self._offset += by
        return self.now()

    def advance_to(self, moment: datetime) -> datetime:
        """Move forward to `moment` (aware) and return the new time. A moment in the past changes nothing."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone; pass an aware time, for example in UTC")
        with self._lock:
            ahead = moment - self.now()
            if ahead > timedelta(0):
                self._offset += ahead
        return self.now()
