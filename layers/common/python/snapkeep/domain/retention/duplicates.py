"""Unmarked duplicates: two good snapshots whose tags name the same point.

A late create leaves one until its event marks it; so does copying a point's tags to another snapshot. The
tags do not show which snapshot is real, so both stay and neither counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable

Key = tuple[str, str]

Place = tuple[int, str]
"""A slot (epoch seconds) and a volume: snapshots of two volumes are not duplicates of each other."""


class SlotIndex:
    """The good snapshots of a listing by lineage (claim, policy), slot and volume; there may be one for
    each."""

    def __init__(self) -> None:
        self._firsts: dict[Key, dict[Place, str]] = defaultdict(dict)
        self._duplicates: dict[Key, dict[str, str]] = defaultdict(dict)

    def admits(self, listed: ReadablePoint) -> bool:
        """Record a good candidate. False if its place is taken, by a duplicate or by the same snapshot
        listed twice.
        """
        lineage, name = (listed.claim, listed.policy), listed.candidate.id
        firsts = self._firsts[lineage]
        place = (int(listed.slot.timestamp()), listed.candidate.volume)
        if place not in firsts:
            firsts[place] = name
            return True
        if firsts[place] != name:
            self._duplicates[lineage] |= {name: firsts[place], firsts[place]: name}
        return False

    def settle(self, lineages: dict[Key, list[Candidate]]) -> Iterator[Unreadable]:
        """Remove duplicated points from their lineages, and yield each duplicate with the reason why it
        cannot count."""
        for lineage, others in self._duplicates.items():
            left = [point for point in lineages.pop(lineage) if point.id not in others]
            if left:
                lineages[lineage] = left
            for name, other in sorted(others.items()):
                yield Unreadable(
                    name,
                    f"its tags name the same point as those of {other}, and nothing shows which one is "
                    "real. Tag the other one snapkeep:duplicate=true, or delete it",
                )
