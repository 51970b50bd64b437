"""The store of the catalogue of ready points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.report.catalogue import Entry


class Catalogue(Protocol):
    """The catalogue of ready points, in listing order."""

    def put_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Write places of recovery points into the catalogue of a cluster."""

    def remove_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Remove entries from a catalogue; those already gone are success."""

    def entries(self, cluster: str, prefix: str, after: str, limit: int) -> Sequence[Entry]:
        """The next entries, in order, whose place begins with `prefix` and follows `after`: one call."""

    def all_entries(self, cluster: str) -> Iterator[Entry]:
        """The whole catalogue of a cluster, in order."""

    def catalogue_complete_since(self, cluster: str) -> datetime | None:
        """When the catalogue was last compared with a complete listing; None when it never was."""

    def mark_catalogue_complete(self, cluster: str, at: datetime) -> None:
        """Journal that the catalogue now holds everything that EC2 has."""
