"""The claims known from earlier recovery points, which can still be backed up if a cluster does not
answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.points import ClaimFacts, Snapshot, SnapshotState
from snapkeep.ports.ec2 import Snapshots, Volumes
from snapkeep.ports.points import Points
from snapkeep.services.find_volumes import FindVolumes


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim as described by the tags of its newest point, with its volume at that time.

    `successor` is the claim (namespace/name) for which the volume was backed up later, "" for none: a
    retained volume may have been claimed again, and then its data no longer belongs to this claim.
    """

    claim: ClaimFacts
    volume_id: str
    group: str
    successor: str = ""


def known_claims(
    snapshots: Snapshots, volumes: Volumes, points: Points, cluster: str, policy: str
) -> Iterator[KnownClaim]:
    """Claims with a completed point of that policy ("": of any policy) whose volume still exists."""
    newest = _newest(snapshots, points, cluster, policy)
    alive = volumes.attachments([snapshot.volume_id for snapshot in newest.values()])
    last: dict[str, Snapshot] = {}
    for snapshot in newest.values():
        last[snapshot.volume_id] = max(last.get(snapshot.volume_id, snapshot), snapshot, key=_age)
    for snapshot in newest.values():
        facts = tags.claim_facts_of(snapshot.tags)
        if facts is not None and snapshot.volume_id in alive:
            successor = _successor(snapshot, last[snapshot.volume_id])
            yield KnownClaim(facts, snapshot.volume_id, snapshot.tags.get(tags.GROUP, ""), successor)


def _newest(snapshots: Snapshots, points: Points, cluster: str, policy: str) -> dict[str, Snapshot]:
    """Claim UID to its newest snapshot; snapshots of other volumes than the claim's are ignored."""
    extremes: dict[str, dict[str, tuple[Snapshot, Snapshot]]] = defaultdict(dict)
    wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster} | ({tags.POLICY: policy} if policy else {})
    for snapshot in snapshots.find(wanted, state=SnapshotState.COMPLETED):
        uid = snapshot.tags.get(tags.CLAIM_UID, "")
        if not uid:
            continue
        first, last = extremes[uid].get(snapshot.volume_id, (snapshot, snapshot))
        pair = min(first, snapshot, key=_age), max(last, snapshot, key=_age)
        extremes[uid][snapshot.volume_id] = pair
    finder = FindVolumes(snapshots, points)
    newest: dict[str, Snapshot] = {}
    for uid, by_volume in extremes.items():
        volume = next(iter(by_volume))
        if len(by_volume) > 1:
            volume = finder.best(cluster, uid, [first for first, _ in by_volume.values()])
        if volume in by_volume:
            newest[uid] = by_volume[volume][1]
    return newest


def _successor(newest: Snapshot, last: Snapshot) -> str:
    """The claim that had the volume in the last run, if the newest snapshot's claim was not in that run."""
    if newest.tags.get(tags.RUN) == last.tags.get(tags.RUN):
        return ""
    return f"{last.tags.get(tags.NAMESPACE, '')}/{last.tags.get(tags.CLAIM, '')}"


def _age(snapshot: Snapshot) -> tuple[float, str]:
    return snapshot.started_at.timestamp(), snapshot.id
