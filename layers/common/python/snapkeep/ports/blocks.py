"""The blocks of snapshots, which can be read without a volume and without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.proof.blocks import Page


class Blocks(Protocol):
    """Blocks of completed snapshots in one account and Region.

    Every call raises Forbidden when the role or the key does not allow it, NotFound when the snapshot is gone
    or archived, Throttled when AWS takes no more calls for now, and another TemporaryError for what may work
    later. A role that may read only what has our tag gets Forbidden for what is gone, too.
    """

    def listed(self, snapshot_id: str, first: int) -> Page:
        """Which blocks are written, from the block `first` on: as many as one call tells."""

    def changed(self, before: str, snapshot_id: str, first: int = 0) -> Iterator[int]:
        """The blocks (indexes), from `first` on, in which a snapshot differs from an earlier one of the same
        volume, ascending. They are asked page by page, as far as they are needed.

        Raises Invalid when they are not of one volume.
        """

    def read(self, snapshot_id: str, index: int, token: str) -> bytes:
        """A block, whose checksum was verified. Raises TokenExpired when it must be listed anew."""
