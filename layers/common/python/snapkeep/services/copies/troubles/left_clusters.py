"""Copies of clusters that left the config: they stay, and nothing prunes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from snapkeep.domain.copies.places import Place
from snapkeep.services.copies.place_copies import PlaceCopies


def left_clusters(place: Place, listed: PlaceCopies, known: Collection[str]) -> Mapping[str, str]:
    """Subject and reason for each cluster with copies in a place that is not among those of the config."""
    copies = Counter(copy.claim.cluster for copy in listed.copies if copy.claim.cluster not in known)
    return {f"{name} in {place.name}": _reason(place, name, count) for name, count in sorted(copies.items())}


def _reason(place: Place, cluster: str, count: int) -> str:
    many = "1 copy remains" if count == 1 else f"{count:,} copies remain"
    return (
        f"{many} in {place.name} of cluster {cluster}, which the config no longer names; nothing prunes "
        f"them. Add {cluster} to the config again so that they expire by their retention, or delete them"
    )
