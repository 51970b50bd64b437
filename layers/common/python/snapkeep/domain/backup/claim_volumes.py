"""Which claim a snapshot belongs to: a claim has one volume for life, whatever the tags of a snapshot say.

A claim's volume cannot be exchanged, nor can the EBS volume behind a PersistentVolume. So a snapshot of
another volume is not the claim's: somebody edited or copied its tags.
https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from snapkeep.domain import tags
from snapkeep.domain.points import Snapshot
from snapkeep.domain.retention.candidates import Candidate
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, Unreadable, read

Lineages = dict[tuple[str, str], list[Candidate]]


@dataclass(slots=True)
class ClaimVolumes:
    """The volumes behind the points of each claim, as a listing shows them."""

    _first: dict[str, str] = field(default_factory=dict)
    _disputed: dict[str, str] = field(default_factory=dict)

    def add(self, listed: ReadablePoint) -> None:
        """Take one point into account."""
        volume = listed.candidate.volume
        if self._first.setdefault(listed.claim, volume) != volume:
            self._disputed[listed.claim] = listed.name

    @property
    def disputed(self) -> Mapping[str, str]:
        """UID to name of the claims whose points come from several volumes."""
        return self._disputed


def disputed(snapshots: Iterable[Snapshot], cluster: str) -> Mapping[str, str]:
    """UID to name of the cluster's claims whose points come from several volumes."""
    seen = ClaimVolumes()
    for snapshot in snapshots:
        found = None if tags.DUPLICATE in snapshot.tags else read(snapshot, cluster)
        if isinstance(found, ReadablePoint):
            seen.add(found)
    return seen.disputed


def settle(lineages: Lineages, names: Mapping[str, str], volumes: Mapping[str, str]) -> Iterator[Unreadable]:
    """Remove snapshots of the wrong volume from the lineages, and yield each with the reason.

    `names` holds the disputed claims by UID, `volumes` the known volume of each. If a claim's volume is
    unknown, all its points are removed, because nothing shows which ones belong to it.
    """
    for lineage in sorted(key for key in lineages if key[0] in names):
        volume = volumes.get(lineage[0], "")
        points = lineages.pop(lineage)
        own = [point for point in points if volume and point.volume == volume]
        if own:
            lineages[lineage] = own
        for point in points:
            if not volume or point.volume != volume:
                yield Unreadable(point.id, _reason(point, names[lineage[0]], volume))


def _reason(point: Candidate, claim: str, volume: str) -> str:
    if not volume:
        return (
            f"snapshots of several volumes name the claim {claim}, this one {point.volume}, and the "
            "journal does not know which volume is the claim's. Delete or untag those of other volumes"
        )
    return (
        f"its tags name the claim {claim}, but the claim's volume is {volume} and the snapshot is of "
        f"{point.volume}: somebody edited or copied the tags"
    )
