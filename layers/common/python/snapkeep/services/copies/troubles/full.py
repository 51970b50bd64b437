"""Copies that send everything again, although earlier ones are there: they cost what a first copy costs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.view.full_copies import under_another_key
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.storage import US_EAST_1
from snapkeep.domain.sizes import gib
from snapkeep.domain.troubles import Topic, Trouble, TroubleKind
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import Found, subject_of
from snapkeep.services.copies.turn import Turn
from snapkeep.services.tell_troubles import TellTroubles

LASTS = timedelta(days=7)
"""How long a full copy is remembered; a claim with one every day is announced once a week."""


def full_copies(
    turn: Turn, listed: PlaceCopies, deployment: Deployment, told: TellTroubles, now: datetime, *, whole: bool
) -> Found:
    """By cluster: volumes whose next copies are full ones, because the place has another key by now, and
    claims that had a full copy again, as events said, each with its price.

    Without `whole` only part of the place was listed, and what was known of its key stays.
    """
    found = Found()
    for cluster in deployment.clusters:
        topic = Topic(TroubleKind.COPIES_FULL, cluster.name, turn.place.name)
        known = told.troubles.troubles(topic)
        for trouble in _remembered(turn, known, now) if whole else known.values():
            found.add(cluster.name, trouble.subject, trouble.reason, at_once=True)
        if not whole:
            continue
        here = [copy for copy in listed.copies if copy.claim.cluster == cluster.name]
        changed = under_another_key(here, turn.place)
        if changed.volumes:
            found.add(cluster.name, _key_of(turn), str(changed), at_once=True)
    for snapshot_id, incremental in turn.incremental.items():
        copy = listed.by_id.get(snapshot_id)
        earlier = _earlier(copy, listed) if copy and not incremental else None
        if copy and earlier:
            found.add(copy.claim.cluster, subject_of(copy), _again(copy, earlier), at_once=True)
    return found


def _remembered(turn: Turn, known: Mapping[str, Trouble], now: datetime) -> list[Trouble]:
    """The full copies that events announced; what is known of the key is looked at anew."""
    others = (each for each in known.values() if each.subject != _key_of(turn))
    return [each for each in others if now - each.since < LASTS]


def _key_of(turn: Turn) -> str:
    return f"the kms_key of {turn.place.name}"


def _earlier(copy: Copy, listed: PlaceCopies) -> Copy | None:
    """The copy of the same volume that was there when this one was started."""
    others = (
        each
        for each in listed.copies
        if each.source_volume == copy.source_volume and each.is_good and each.started_at < copy.started_at
    )
    return max(others, key=lambda each: each.started_at, default=None)


def _again(copy: Copy, earlier: Copy) -> str:
    size = gib(copy.size_bytes)
    why = ", which is under another key" if earlier.key != copy.key else ""
    return (
        f"{copy.snapshot_id} sent all of {copy.source_volume} ({size:,.0f} GiB and "
        f"${size * US_EAST_1.transfer:,.2f} at most), although {earlier.snapshot_id} was there{why}"
    )
