"""The stores of deletions and absences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.retention.deletion.absences import Absence
    from snapkeep.domain.retention.deletion.deletions import Deletion, DeletionStep


class Deletions(Protocol):
    """Deletions, from the intent to the outcome."""

    def intend_deletions(self, deletions: Sequence[Deletion]) -> Sequence[str]:
        """Journal deletions before anything is done; those already in progress stay as they are.

        Returns the snapshots whose deletion record cannot be read: they must be left alone.
        """

    def open_deletions(self, cluster: str) -> Iterator[Deletion]:
        """Deletions of a cluster that have not ended (a lagging index)."""

    def move_deletions(self, snapshot_ids: Sequence[str], step: DeletionStep) -> None:
        """Journal how far open deletions have got; those that ended stay as they are."""

    def end_deletions(self, snapshot_ids: Sequence[str], outcome: str, now: datetime) -> None:
        """Journal how open deletions ended, in words; they are then no longer open."""

    def knows_deletion(self, snapshot_id: str) -> bool:
        """True when a deletion of that snapshot was ever intended, whatever its outcome."""


class Absences(Protocol):
    """Snapshots that were away: deleted, or brought back from the Recycle Bin."""

    def write_absences(self, absences: Sequence[Absence]) -> None:
        """Write absences, replacing earlier ones of these snapshots."""

    def absences(self, snapshot_ids: Sequence[str]) -> Mapping[str, Absence]:
        """The absences of these snapshots, by id; those that were never away are absent."""
