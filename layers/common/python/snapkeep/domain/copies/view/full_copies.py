"""What a change of a place's key costs: the next copy of each volume there is a full one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.report.storage import US_EAST_1
from snapkeep.domain.sizes import gib


@dataclass(frozen=True, slots=True)
class FullCopies:
    """Volumes of a place whose next copy is a full one, and their size in bytes, which is the most it
    sends."""

    place: str
    volumes: int
    bytes: int

    @property
    def dollars(self) -> float:
        """The most that sending them costs, in US dollars; storage costs extra."""
        return round(gib(self.bytes) * US_EAST_1.transfer, 2)

    def __str__(self) -> str:
        if not self.volumes:
            return ""
        return (
            f"volumes whose newest copy in {self.place} is under another key than its kms_key: "
            f"{self.volumes:,}. Their next copies are full ones: {gib(self.bytes):,.0f} GiB and "
            f"${self.dollars:,.2f} at most to send"
        )


def under_another_key(copies: Iterable[Copy], place: Place) -> FullCopies:
    """The volumes whose newest ready copy in the place is under another key than the config's.

    EC2 copies incrementally only if all copies are under one key.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html#ebs-incremental-copy
    """
    newest: dict[str, Copy] = {}
    for copy in copies:
        if copy.place == place.name and copy.is_good:
            volume = copy.source_volume
            newest[volume] = max(newest.get(volume, copy), copy, key=lambda item: item.taken)
    others = [copy for copy in newest.values() if copy.key and copy.key != place.kms_key]
    return FullCopies(place.name, len(others), sum(copy.size_bytes for copy in others))
