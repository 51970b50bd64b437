"""Claims that share an EBS volume: two static PersistentVolumes may name the same volume, and a retained
volume may be claimed again. Each claim gets its own snapshots, which mention the other claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from snapkeep.domain.claims import Claim
from snapkeep.domain.points import Point

Holders = Mapping[str, Mapping[str, str]]
"""EC2 volume id to the claims on it: UID to namespace/name."""

NAMED = 3
"""How many other claims a text names; it only counts the rest."""


def holders_of(claims: Iterable[Claim]) -> Holders:
    """The claims on each EBS volume."""
    found: dict[str, dict[str, str]] = {}
    for claim in claims:
        if claim.volume and claim.volume.kind.is_ebs:
            found.setdefault(claim.volume.handle, {})[claim.uid] = str(claim)
    return found


def sharers_of(holders: Holders, volume_id: str, uid: str) -> tuple[str, ...]:
    """The other claims on a volume as namespace/name, sorted.

    A claim with the same name is an earlier or later one, and is shown with its UID.
    """
    on_it = holders.get(volume_id, {})
    own = on_it.get(uid, "")
    others = (
        f"{name} (UID {other})" if name == own else name for other, name in on_it.items() if other != uid
    )
    return tuple(sorted(others))


def in_words(volume_id: str, sharers: Sequence[str]) -> str:
    """What a claim's owner should know about a shared volume; "" when nobody shares it."""
    if not sharers:
        return ""
    named = ", ".join(sharers[:NAMED])
    more = f" and {len(sharers) - NAMED} more" if len(sharers) > NAMED else ""
    return f"its volume {volume_id} is shared with {named}{more}: each claim gets its own snapshots"


def in_words_of(holders: Holders, volume_id: str, uid: str) -> str:
    """`in_words` for one claim on a volume."""
    return in_words(volume_id, sharers_of(holders, volume_id, uid))


def with_sharers(points: Sequence[Point]) -> list[Point]:
    """The points of a run, each with the claims that share its volume and the group member that goes first.

    CreateSnapshots takes one snapshot of a volume; in each group it goes to the member with the smallest id,
    and the others come after it.
    """
    on: dict[str, dict[str, str]] = {}
    first: dict[tuple[str, str], str] = {}
    for point in points:
        on.setdefault(point.volume_id, {})[point.claim.uid] = f"{point.claim.namespace}/{point.claim.name}"
        place = (point.group, point.volume_id)
        first[place] = min(point.id, first.get(place, point.id))
    found = []
    for point in points:
        leader = first[point.group, point.volume_id] if point.group else point.id
        found.append(
            replace(
                point,
                sharers=tuple(sorted({*point.sharers, *sharers_of(on, point.volume_id, point.claim.uid)})),
                behind=leader if leader != point.id else "",
            )
        )
    return found
