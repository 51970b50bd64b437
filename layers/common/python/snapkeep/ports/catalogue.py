"""The store of the list of ready points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.report.catalogue import Entry


class Catalogue(Protocol):
    """The list of ready points, in the order in which people read it."""

    def put_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Write places of recovery points into the catalogue of a cluster."""

    def remove_entries(self, cluster: str, entries: Sequence[Entry]) -> None:
        """Forget entries of a catalogue; those that are gone already are success."""

    def entries(self, cluster: str, prefix: str, after: str, limit: int) -> Sequence[Entry]:
        """The next entries, in order, whose place begins with `prefix` and follows `after`: one call."""

    def all_entries(self, cluster: str) -> Iterator[Entry]:
        """The whole catalogue of a cluster, in order."""

    def catalogue_complete_since(self, cluster: str) -> datetime | None:
        """When the catalogue was last compared with a complete listing; None when it never was."""

    def mark_catalogue_complete(self, cluster: str, at: datetime) -> None:
        """Journal that the catalogue holds all that EC2 has."""
