"""The snapshots that are copied: read once more right before each copy, and kept from deletion meanwhile."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from snapkeep.domain.copies.copies import Source, read_source
from snapkeep.domain.errors import NotFound, SnapkeepError
from snapkeep.domain.points import Snapshot
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots

if TYPE_CHECKING:
    from snapkeep.services.restore.holds import HoldPoints

log = logging.getLogger(__name__)

HOLD_FOR = timedelta(days=1)
"""How long to hold a point for a copy at most."""


class Originals(Protocol):
    """The points of one home."""

    def present(self, source: Source, place: str) -> Snapshot:
        """The snapshot of a point as it is now, with the tags of the point, held for the copy to a place if
        it can be. Raises NotFound when it can no longer be copied."""

    def let_go(self, snapshot_id: str, place: str) -> None:
        """Release the snapshot of a point, whose copy to a place ended. Never raises SnapkeepError."""


@dataclass(frozen=True, slots=True)
class OwnOriginals:
    """The deployment's own points in its home Region, whose snapshots are `snapshots`."""

    snapshots: Snapshots
    holds: HoldPoints
    clock: Clock

    def present(self, source: Source, place: str) -> Snapshot:
        until = self.clock() + HOLD_FOR
        self.holds.hold(source.snapshot_id, holder_of(place), f"it is being copied to {place}", until)
        snapshot = self.snapshots.get(source.snapshot_id)
        if snapshot is None or read_source(snapshot) is None:
            raise NotFound(f"{source.snapshot_id} is no longer a ready recovery point")
        return snapshot

    def let_go(self, snapshot_id: str, place: str) -> None:
        """A hold that stays after trouble ends by itself."""
        try:
            self.holds.release(snapshot_id, holder_of(place))
        except SnapkeepError as error:
            log.warning("%s stays held for a day at most: %s", snapshot_id, error.reason)


def holder_of(place: str) -> str:
    """The holder of points that are being copied to a place."""
    return f"copy {place}"
