"""The store of points that were measured for the archive tier, or moved there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.archive.records import Archive


class Archives(Protocol):
    """Archives by cluster and snapshot. Losing them loses no backup: points are measured again, and EC2
    refuses to archive one twice."""

    def archive(self, cluster: str, snapshot_id: str) -> Archive | None:
        """What is known of a snapshot, None for nothing."""

    def archives(self, cluster: str) -> Iterator[Archive]:
        """Everything that is known of a cluster's snapshots."""

    def write_archive(self, archive: Archive) -> Archive:
        """Write a new record (revision 0) or the next revision of a known one, which is returned.

        Raises TemporaryError when somebody else wrote the record meanwhile.
        """

    def forget_archive(self, archive: Archive) -> None:
        """Forget a snapshot that is gone; one that was written meanwhile stays."""
