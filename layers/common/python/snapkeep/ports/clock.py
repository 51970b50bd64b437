"""The clock, randomness and schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.policies import Schedule

Clock = Callable[[], datetime]
"""Gives the present, aware UTC."""

Nonce = Callable[[], str]
"""Gives another text each time that nobody can guess: 16 hexadecimal digits."""


class Calendar(Protocol):
    """Reads schedules."""

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """The slots (aware UTC) after `after` and up to `until` that should have been run.

        Unlike Scheduler it counts a local time that a DST gap skips, at the instant the gap ends
        for it: nobody wants to lose a daily backup once a year. `rate(...)` counts from `anchor`.
        An expression that cannot be evaluated here (`L`, `W`, `#`) gives nothing.
        """
