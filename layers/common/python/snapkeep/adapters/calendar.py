"""Evaluates schedules with the cronsim library; nothing else imports it.

https://github.com/cuu508/cronsim
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from snapkeep.domain.backup.schedule import PreviewUnavailable, gap_slots, slots

if TYPE_CHECKING:
    from snapkeep.domain.policies import Schedule


class CronCalendar:
    """The slots that should have run, including those that a daylight-saving gap skipped."""

    def due(
        self, schedule: Schedule, after: datetime, until: datetime, anchor: datetime
    ) -> Iterator[datetime]:
        """Slots (aware UTC) in (after, until], ascending; none for what only Scheduler can evaluate."""
        try:
            regular = set(slots(schedule, after, until, local_times, anchor))
            skipped = set(gap_slots(schedule, after, until, local_times))
        except PreviewUnavailable:
            return iter(())
        return iter(sorted(regular | skipped))


def local_times(fields: str, after: datetime) -> Iterator[datetime]:
    """The naive local times that match five cron fields, ascending, after `after` (naive).

    Ends when nothing matches for 50 years. Raises ValueError when the fields are not cron, or name a day that
    no month has. Daylight saving is not handled here but in `domain.backup.schedule`.
    """
    try:
        times: Iterator[datetime] = CronSim(fields, after)
    except CronSimError as error:
        raise ValueError(f"{fields!r} is not a cron schedule: {error}") from error
    return times
