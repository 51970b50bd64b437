"""Finds the copies of a cluster's points in a place."""

from __future__ import annotations

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.copies import Copy, read_copy
from snapkeep.domain.copies.places import Place
from snapkeep.ports.ec2 import Regions


def copies_there(regions: Regions, place: Place, cluster: str, narrower: dict[str, str]) -> list[Copy]:
    """The copies of a cluster's points (of all clusters with "") in a place, with these tags besides; those
    that cannot be read as copies count nowhere, and are told elsewhere."""
    wanted = copy_tags.found_by(place.name) | ({tags.CLUSTER: cluster} if cluster else {})
    found = map(read_copy, regions.snapshots(place.region).find(wanted | narrower))
    return [copy for copy in found if isinstance(copy, Copy)]
