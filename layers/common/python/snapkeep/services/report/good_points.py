"""The good points of a cluster: what is noted while they are listed, and the newest of each claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.report.coverage import LastGood
from snapkeep.domain.retention.snapshot_tags import ReadablePoint
from snapkeep.services.report.copied import Lineage

Good = dict[str, Sequence[LastGood]]
"""Claim UID to the newest good point under each policy."""


@dataclass(slots=True)
class NotedPoints:
    """The names of the claims of points, when each lineage's were taken, and their slots (aware UTC) by claim
    (namespace/name) and policy."""

    names: set[str] = field(default_factory=set)
    times: dict[Lineage, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    slots: dict[str, dict[str, set[datetime]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def note(
        self, points: Iterable[tuple[ReadablePoint, LastGood]]
    ) -> Iterator[tuple[ReadablePoint, LastGood]]:
        """The same points, each noted on the way."""
        for found, point in points:
            self.names.add(found.name)
            self.times[found.claim, found.policy].append(found.candidate.time)
            self.slots[found.name][found.policy].add(found.slot)
            yield found, point


def newest_of_each(points: Iterable[tuple[ReadablePoint, LastGood]], volumes: Mapping[str, str]) -> Good:
    """The newest point of each claim (UID) under each policy, from the claim's own volume if that is
    known.
    """
    newest: dict[str, dict[str, LastGood]] = defaultdict(dict)
    for found, point in points:
        if found.candidate.volume != volumes.get(found.claim, found.candidate.volume):
            continue  # from another volume: its tags were edited or copied
        known = newest[found.claim].get(found.policy, point)
        newest[found.claim][found.policy] = max(known, point, key=lambda item: item.slot)
    return {claim: list(policies.values()) for claim, policies in newest.items()}
