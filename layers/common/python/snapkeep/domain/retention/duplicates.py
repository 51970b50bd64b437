"""Twins that nobody marked: two good snapshots whose tags name the same point.

A late create leaves one until its event marks it, and whoever copies the tags of a point to another
snapshot makes one. Nobody can tell by tags which is the true one, so both stay and neither counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.snapshot_tags import ReadablePoint, Unreadable

Key = tuple[str, str]

Place = tuple[int, str]
"""A slot (epoch seconds) and a volume: snapshots of two volumes are no twins of each other."""


class SlotIndex:
    """The good snapshots of a listing by lineage (claim, policy), slot and volume: one may stand for each."""

    def __init__(self) -> None:
        self._firsts: dict[Key, dict[Place, str]] = defaultdict(dict)
        self._twins: dict[Key, dict[str, str]] = defaultdict(dict)

    def admits(self, listed: ReadablePoint) -> bool:
        """Note a good candidate; False when EC2 listed the same snapshot before."""
        lineage, name = (listed.claim, listed.policy), listed.candidate.id
        firsts = self._firsts[lineage]
        place = (int(listed.slot.timestamp()), listed.candidate.volume)
        if place not in firsts:
            firsts[place] = name
            return True
        if firsts[place] != name:
            self._twins[lineage] |= {name: firsts[place], firsts[place]: name}
        return False

    def settle(self, lineages: dict[Key, list[Candidate]]) -> Iterator[Unreadable]:
        """Take the firsts of twins out of their lineages; each twin with the reason why it cannot count."""
        for lineage, twins in self._twins.items():
            left = [point for point in lineages.pop(lineage) if point.id not in twins]
            if left:
                lineages[lineage] = left
            for name, other in sorted(twins.items()):
                yield Unreadable(
                    name,
                    f"its tags name the same point as those of {other}: which one is the point cannot be "
                    "told. Tag the other one snapkeep:duplicate=true, or delete it",
                )
