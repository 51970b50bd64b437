"""The order in which a place gets its copies: nothing starves, and what has waited longest comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.places import IN_FLIGHT
from snapkeep.domain.retention.periods import EVER

FOR_OLDER = 1
"""How many of the copies in flight may be of points older than their claim's newest copy, while newer ones
wait: without a share they would starve in a place that is always busy, and a larger one would make the newest
copies older there."""

FOR_FAILING = 1
"""How many may be of claims whose last copy failed, while others wait: such claims have the oldest copies or
none, and would otherwise come first for as long as their trouble lasts.
"""

Claim = tuple[str, str]
"""A claim by its cluster and UID: a cluster restored from another's etcd has the same UIDs."""

Age = tuple[datetime, datetime]
"""When the data of a claim's newest copy was taken, and when that copy was started."""
NEVER: Age = (EVER, EVER)


def room(in_flight: int) -> int:
    """How many more copies may be started in a place."""
    return max(0, IN_FLIGHT - in_flight)


def next_up(
    wanted: Iterable[Source], copies: Iterable[Copy], places: int, *, asked: Collection[str] = ()
) -> list[Source]:
    """Which of the wanted points to copy now, at most `places`, in this order.

    First come points that make their claim's newest copy newer, one a claim: the claim whose newest copy is
    oldest first, and of equal ones the one that has waited longest since. After them, and in a share of their
    own, come points that are older than their claim's newest copy: those of the claim with the fewest copies
    first, then the oldest, because retention takes those from the source next. Claims whose last copy failed
    come last, and in a share as well: the one that was tried longest ago first, and its newest point.
    `copies` are all of the place, of all clusters and policies. Points (ids) that somebody `asked` for come
    first of their claim's, however old they are.
    """
    here = list(copies)
    failed: dict[Claim, datetime] = {}
    for copy in sorted(here, key=lambda item: (item.started_at, item.snapshot_id)):
        if copy.state is CopyState.FAILED:
            failed[_claim(copy)] = copy.started_at
        elif copy.state is CopyState.READY:
            failed.pop(_claim(copy), None)
    newest_first = sorted(
        wanted, key=lambda item: (item.point_id in asked, item.taken, item.point_id), reverse=True
    )
    again = sorted(
        (source for source in newest_first if _claim(source) in failed),
        key=lambda item: failed[_claim(item)],
    )
    failing = sum(1 for copy in here if copy.state is CopyState.PENDING and _claim(copy) in failed)
    for_failing = min(len(again), max(0, FOR_FAILING - failing), places)
    others = [source for source in newest_first if _claim(source) not in failed]
    chosen = _of_others(others, here, places - for_failing, asked)
    return chosen + again[: places - len(chosen)]


def _of_others(
    wanted: Iterable[Source], copies: Iterable[Copy], places: int, asked: Collection[str]
) -> list[Source]:
    """The points to copy now, of claims whose last copy did not fail, in order; `wanted` is in the order of
    each claim."""
    newest: dict[Claim, Age] = {}
    here = [copy for copy in copies if copy.is_there]
    for copy in here:
        newest[_claim(copy)] = max((copy.taken, copy.started_at), newest.get(_claim(copy), NEVER))
    pending = [copy for copy in here if copy.state is CopyState.PENDING]
    older_in_flight = sum(1 for copy in pending if copy.taken < newest[_claim(copy)][0])
    first, older = _divided(wanted, newest, asked)
    first.sort(key=lambda item: (newest.get(_claim(item), NEVER), item.taken, item.point_id))
    number = Counter(_claim(copy) for copy in here)
    older.sort(key=lambda item: (number[_claim(item)], item.taken, item.point_id))
    share = min(len(older), max(0, FOR_OLDER - older_in_flight), places)
    chosen = first[: places - share]
    return chosen + older[: places - len(chosen)]


def _divided(
    wanted: Iterable[Source], newest: Mapping[Claim, Age], asked: Collection[str]
) -> tuple[list[Source], list[Source]]:
    """The first wanted point of each claim if it improves its newest copy or is asked for, and all others."""
    best: dict[Claim, Source] = {}
    older: list[Source] = []
    for source in wanted:
        claim = _claim(source)
        is_newer = source.taken > newest.get(claim, NEVER)[0]
        if claim in best or not (is_newer or source.point_id in asked):
            older.append(source)
        else:
            best[claim] = source
    return list(best.values()), older


def _claim(item: Source | Copy) -> Claim:
    return item.claim.cluster, item.claim.uid
