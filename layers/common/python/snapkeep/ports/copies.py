"""The stores of copies to places, and of what people ask for there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from snapkeep.domain.copies.places import KnownPlace
    from snapkeep.domain.copies.records import CopyRecord


class CopyRecords(Protocol):
    """Copies from the intent to the outcome, and who works on a place now."""

    def lease_place(self, place: str, owner: str, until: datetime, now: datetime) -> bool:
        """Take the lease of a place; False when another owner holds it."""

    def release_place(self, place: str, owner: str) -> None:
        """Release the lease of a place; another owner's stays."""

    def write_copy(self, record: CopyRecord, owner: str) -> CopyRecord:
        """Write a new record (revision 0) or the next revision of a known one, which is returned.

        Raises TemporaryError when `owner` has lost the lease of the place, or when somebody else wrote the
        record meanwhile.
        """

    def copies(self, place: str, points: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], CopyRecord]:
        """The records of these points, each named by its cluster and id; unknown ones are absent."""

    def open_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies to a place that may be in progress (a lagging index)."""

    def failed_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies to a place that failed and are tried again, or were given up (a lagging index)."""

    def unlocked_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies in a place that are ready and not locked as their rule asks (a lagging index)."""

    def places(self) -> Iterator[KnownPlace]:
        """The places that copies may be in, also those that the config no longer names."""

    def write_place(self, place: KnownPlace) -> None:
        """Remember a place, instead of what was known of it in that Region."""

    def forget_place(self, name: str, region: str) -> None:
        """Forget a place in a Region; an unknown one is success."""

    def copies_of(self, place: str, cluster: str) -> Iterator[CopyRecord]:
        """All copies of a cluster's points to a place, by point id."""


class CopyRequests(Protocol):
    """What people ask of copies; whoever works on a place reads it there."""

    def request_copy(self, record: CopyRecord) -> CopyRecord:
        """Write a new record (revision 0) or the next revision of a known one, which is returned, whoever
        holds the lease of the place.

        Raises TemporaryError when somebody else wrote the record meanwhile.
        """

    def asked_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies to a place that people asked for and that wait (a lagging index)."""

    def cancelled_copies(self, place: str) -> Iterator[CopyRecord]:
        """Copies to a place that people cancelled (a lagging index)."""
