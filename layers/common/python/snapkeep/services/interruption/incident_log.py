"""The journal's record of an incident, written by several functions at once, and what is told of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.ports.clock import Clock
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.news import InterruptionNews

WRITES = 8
"""How often a record that several functions write at once is read and changed again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IncidentLog:
    """Changes records so that no writer undoes what another one wrote."""

    incidents: Incidents
    news: InterruptionNews
    clock: Clock

    def change(
        self, record: IncidentRecord, change: Callable[[IncidentRecord], IncidentRecord]
    ) -> IncidentRecord:
        """Write what `change` makes of the record; where another one was written, of that one.

        Returns the record as it is journaled now. Raises TemporaryError when the journal does not answer.
        """
        for attempt in range(WRITES):
            changed = change(record)
            if changed == record and record.revision:
                return record
            try:
                return self.incidents.write_incident(changed)
            except TemporaryError:
                known = self.incidents.incident(record.instance)
                if known is None or attempt == WRITES - 1:
                    raise
                record = known
        raise AssertionError("the last attempt returns or raises")

    def note(self, record: IncidentRecord, *lines: str) -> IncidentRecord:
        """The record with these lines in its timeline, those that are new."""
        return self.change(record, lambda one: self.noted(one, *lines))

    def noted(self, record: IncidentRecord, *lines: str) -> IncidentRecord:
        """The record with these lines, not journaled yet."""
        now = self.clock()
        for line in lines:
            record = record.noted(now, line)
        return record

    def tell(self, record: IncidentRecord, step: str, reason: str, figures: Mapping[str, float]) -> bool:
        """Publish a step; trouble with it never stops the work. False when it was not published."""
        try:
            self.news.interruption(record, step, reason, figures)
        except SnapkeepError as error:
            log.warning("the incident of %s was not published: %s", record.instance, error.reason)
            return False
        return True
