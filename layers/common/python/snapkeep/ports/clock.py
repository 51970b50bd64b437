"""The clock, randomness and schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.policies import Schedule

Clock = Callable[[], datetime]
"""Returns the present time, aware UTC."""

Nonce = Callable[[], str]
"""Returns a new unguessable text each time: 16 hexadecimal digits."""


class Calendar(Protocol):
    """Reads schedules."""

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """The slots (aware UTC) after `after` and up to `until` that should have run.

        Unlike Scheduler it includes a local time that a DST gap skips, by the offset before the gap: nobody
        wants to lose a daily backup once a year. `rate(...)` counts from `anchor`. An expression that cannot
        be evaluated here (`L`, `W`, `#`) yields nothing.
        """
