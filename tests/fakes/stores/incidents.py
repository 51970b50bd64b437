"""In-memory incidents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from snapkeep.domain.errors import TemporaryError
from snapkeep.domain.interruption.records import IncidentRecord
from snapkeep.domain.report.facts import opened
from tests.fakes.faults import Faults


class MemoryIncidents(Faults):
    """The Incidents port in dicts; every method is one atomic step."""

    def __init__(self, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.all: dict[str, IncidentRecord] = {}

    def incident(self, instance: str) -> IncidentRecord | None:
        self._before("incident")
        return self.all.get(instance)

    def write_incident(self, record: IncidentRecord) -> IncidentRecord:
        self._before("write_incident")
        known = self.all.get(record.instance)
        if (known.revision if known else 0) != record.revision:
            raise TemporaryError(f"the incident of {record.instance} is written by many at once")
        following = replace(record, revision=record.revision + 1)
        self.all[record.instance] = following
        self._after("write_incident")
        return following

    def open_incidents(self) -> Iterator[IncidentRecord]:
        self._before("open_incidents")
        yield from [record for record in self.all.values() if record.closed_at is None]

    def incidents_of(self, cluster: str, since: datetime) -> Iterator[IncidentRecord]:
        self._before("incidents_of")
        yield from [
            record for record in self.all.values() if record.cluster == cluster and opened(record) >= since
        ]
