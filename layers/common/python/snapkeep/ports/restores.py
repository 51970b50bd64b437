"""The stores of restores and holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.restore.holds import Hold
    from snapkeep.domain.restore.operations import RestoreOperation


class Restores(Protocol):
    """Restores and their progress."""

    def add_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Write a restore if its id is new; returns the current one."""

    def write_restore(self, restore: RestoreOperation) -> RestoreOperation:
        """Replace a restore by its next revision, which is returned.

        Raises TemporaryError when somebody else wrote it meanwhile.
        """

    def restore(self, restore_id: str) -> RestoreOperation | None:
        """The restore of that id."""

    def open_restores(self, *, whole: bool = False) -> Iterator[RestoreOperation]:
        """Restores with something left to do (a lagging index).

        A `whole` list is for callers that rely on its completeness: it raises UnreadableRecord instead of
        skipping a restore.
        """

    def restores_of(
        self, cluster: str, namespace: str, after: RestoreOperation | None = None
    ) -> Iterator[RestoreOperation]:
        """The restores into a namespace, newest first, read lazily (a lagging index).

        With `after`, those that follow it.
        """


class Holds(Protocol):
    """Who holds which snapshot, and until when."""

    def write_hold(self, hold: Hold) -> None:
        """Write a holder's hold unless the same holder has a longer one; a released one is replaced."""

    def holds(self, snapshot_id: str) -> Sequence[Hold]:
        """The holds on a snapshot, by holder; including released ones whose tag is not removed yet."""

    def lift_hold(self, hold: Hold) -> None:
        """Journal that a holder released a hold (`lifted_at` says when), known or not."""

    def remove_hold(self, hold: Hold) -> None:
        """Remove a hold unless it changed since it was read; one that does not exist is success."""

    def ended_holds(self, now: datetime) -> Iterator[Hold]:
        """Released or ended holds that are not removed yet (a lagging index)."""
