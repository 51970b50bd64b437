"""Finds the volume of a claim whose points come from several volumes, by what the journal says was
planned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.points import Points

WITNESSES = 5
"""How many of each volume's newest snapshots are looked up in the journal."""


@dataclass(frozen=True, slots=True)
class FindVolumes:
    """Asks the journal which volume the points of a claim were planned for.

    A point's id hashes its claim's UID, so forged tags lead to one of the claim's own records, or to none.
    """

    snapshots: Snapshots
    points: Points

    def settled(self, cluster: str, claims: Iterable[str]) -> Mapping[str, str]:
        """Claim UID to its volume, for claims for which the journal names exactly one."""
        found = {uid: self._volume(cluster, uid) for uid in claims}
        return {uid: volume for uid, volume in found.items() if volume}

    def own(self, point_id: str, named: Sequence[Snapshot]) -> Sequence[Snapshot]:
        """The snapshots of the point's own volume, from those that name the point; all when its volume is
        unknown."""
        if len({item.volume_id for item in named}) < 2:
            return named
        point = self.points.find_point(point_id)
        own = [item for item in named if point is not None and item.volume_id == point.volume_id]
        return own or named

    def best(self, cluster: str, uid: str, listed: Iterable[Snapshot]) -> str:
        """The volume of a claim, given completed snapshots that name it; "" without any.

        If the journal does not know it, the oldest snapshot's volume counts, because nobody can take a
        snapshot in the past.
        """
        oldest = min(listed, key=lambda item: (item.started_at, item.id), default=None)
        return self._volume(cluster, uid) or (oldest.volume_id if oldest else "")

    def _volume(self, cluster: str, uid: str) -> str:
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.CLAIM_UID: uid}
        by_volume: dict[str, list[Snapshot]] = defaultdict(list)
        for snapshot in self.snapshots.find(wanted):
            by_volume[snapshot.volume_id].append(snapshot)
        volumes: set[str] = set()
        for some in by_volume.values():
            newest = sorted(some, key=lambda item: (item.started_at, item.id))[-WITNESSES:]
            volumes |= {volume for item in newest if (volume := self._journaled(cluster, uid, item))}
        return volumes.pop() if len(volumes) == 1 else ""

    def _journaled(self, cluster: str, uid: str, snapshot: Snapshot) -> str:
        """The volume for which the point that a snapshot names was planned; "" when unknown."""
        point = self.points.find_point(snapshot.tags.get(tags.POINT, ""))
        if point is None or (point.claim.cluster, point.claim.uid) != (cluster, uid):
            return ""
        return point.volume_id
