"""The order in which a place gets its copies: nobody starves, and who has waited longest comes first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.retention.periods import EVER

FOR_OLDER = 3
"""How many of the copies in flight may be of points older than their claim's newest copy, while newer ones
wait: without a share of their own they would starve in a place that is always busy."""


def room(in_flight: int) -> int:
    """How many more copies may be started in a place."""
    return max(0, IN_FLIGHT - in_flight)


def next_up(wanted: Iterable[Source], copies: Iterable[Copy], places: int) -> list[Source]:
    """Which of the wanted points to copy now, at most `places`, in this order.

    First come points that make their claim's newest copy newer: the claim whose newest copy is oldest first,
    then by age; one a claim. After them, and in a share of their own, come points that are older than their
    claim's newest copy, oldest first, because retention takes those from the source next. `copies` are all of
    the place, of all clusters and policies.
    """
    newest: dict[str, datetime] = {}
    here = [copy for copy in copies if copy.is_there]
    for copy in here:
        newest[copy.claim.uid] = max(copy.taken, newest.get(copy.claim.uid, EVER))
    pending = [copy for copy in here if copy.state is CopyState.PENDING]
    older_in_flight = sum(1 for copy in pending if copy.taken < newest[copy.claim.uid])
    first, older = _divided(wanted, newest)
    share = min(len(older), max(0, FOR_OLDER - older_in_flight), places)
    chosen = first[: places - share]
    return chosen + older[: places - len(chosen)]


def _divided(wanted: Iterable[Source], newest: dict[str, datetime]) -> tuple[list[Source], list[Source]]:
    """The points that improve their claim's newest copy, in order, and all others, oldest first."""
    best: dict[str, Source] = {}
    older: list[Source] = []
    for source in sorted(wanted, key=lambda item: (item.taken, item.point_id), reverse=True):
        claim = source.claim.uid
        if claim in best or source.taken <= newest.get(claim, EVER):
            older.append(source)
        else:
            best[claim] = source
    first = sorted(
        best.values(), key=lambda item: (newest.get(item.claim.uid, EVER), item.taken, item.point_id)
    )
    return first, older[::-1]
