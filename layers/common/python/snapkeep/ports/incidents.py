"""The store of incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.interruption.records import IncidentRecord


class Incidents(Protocol):
    """What happened to each dying instance."""

    def incident(self, instance: str) -> IncidentRecord | None:
        """The incident of an instance."""

    def write_incident(self, record: IncidentRecord) -> IncidentRecord:
        """Write a new incident (revision 0) or the next revision of a known one, which is returned.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def open_incidents(self) -> Iterator[IncidentRecord]:
        """Incidents that are not closed (a lagging index)."""

    def incidents_of(self, cluster: str, since: datetime) -> Iterator[IncidentRecord]:
        """The incidents of a cluster that were first announced at or after `since` (a lagging index)."""
