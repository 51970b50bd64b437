"""The journal's record of an incident, written by several functions at once, and its published steps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from snapkeep.domain.errors import SnapkeepError, TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.metrics import Metric
from snapkeep.ports.clock import Clock
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.news import InterruptionNews

WRITES = 8
"""How often a change is retried when several functions write the record at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class IncidentLog:
    """Changes records so that no writer overwrites another's changes."""

    incidents: Incidents
    news: InterruptionNews
    clock: Clock

    def change(
        self, record: IncidentRecord, change: Callable[[IncidentRecord], IncidentRecord]
    ) -> IncidentRecord:
        """Apply `change` to the record and write it; if another version was written meanwhile, apply it to
        that.

        Returns the journaled record. Raises TemporaryError when the journal does not answer.
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
        """Journal these lines in the record's timeline, if they are new."""
        return self.change(record, lambda one: self.noted(one, *lines))

    def noted(self, record: IncidentRecord, *lines: str) -> IncidentRecord:
        """The record with these lines, not journaled yet."""
        now = self.clock()
        for line in lines:
            record = record.noted(now, line)
        return record

    def tell(self, record: IncidentRecord, step: str, reason: str, figures: Mapping[Metric, float]) -> bool:
        """Publish a step; a failure never stops the work. False when it was not published."""
        try:
            self.news.interruption(record, step, reason, figures)
        except SnapkeepError as error:
            log.warning("the incident of %s was not published: %s", record.instance, error.reason)
            return False
        return True
