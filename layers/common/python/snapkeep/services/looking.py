"""Looking for snapshots that exist already, before and after creating."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from snapkeep.domain import tags
from snapkeep.domain.points import Point, Snapshot


def oldest(snapshots: Iterable[Snapshot], key: Callable[[Snapshot], str]) -> dict[str, Snapshot]:
    """The oldest snapshot of each key that is not marked as a duplicate; empty keys are left out."""
    found: dict[str, Snapshot] = {}
    for snapshot in snapshots:
        name = key(snapshot)
        if not name or tags.DUPLICATE in snapshot.tags:
            continue
        known = found.get(name)
        if known is None or (snapshot.started_at, snapshot.id) < (known.started_at, known.id):
            found[name] = snapshot
    return found


def description_of(point: Point) -> str:
    """The EC2 description of a point's snapshot, for people who look at the console."""
    claim = point.claim
    return f"Snapkeep {point.policy}: {claim.namespace}/{claim.name} of {claim.cluster}"
