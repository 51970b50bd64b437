"""How old a claim's newest copy in a place is, against what the rule of the policy promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.copies.kms_keys import CANNOT_BE_COPIED
from snapkeep.domain.copies.rules import Every
from snapkeep.domain.copies.view.lateness import behind, is_late
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Trouble


class Standing(StrEnum):
    """How a claim stands in a place: `failed` means that its newest copies were given up, `cannot_be_copied`
    that its key cannot be shared with a vault."""

    ON_TIME = "on_time"
    LATE = "late"
    NOT_COPIED = "not_copied"
    FAILED = "failed"
    CANNOT_BE_COPIED = "cannot_be_copied"


@dataclass(frozen=True, slots=True)
class CopiedTo:
    """How a claim stands in a place under a policy.

    `taken` (aware UTC) is when the data of its newest ready copy was snapshotted, None without one. `is_late`
    is True when somebody has something to do.
    """

    place: str
    policy: str
    standing: Standing
    taken: datetime | None
    reason: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class PlaceHolds:
    """What a place holds of a cluster, and what copy_points does there.

    `account` is that of a vault, else "". `copies` are ready ones, `bytes` the sizes of their volumes, 0 for
    those in a vault, which are unknown. `waiting` counts the points that the last turn left for the next, up
    to 60. `last_turn` (aware UTC) is when a turn last listed the place, None if none did, as in a vault.
    """

    place: str
    region: str
    account: str
    copies: int = 0
    bytes: int = 0
    in_progress: int = 0
    waiting: int = 0
    last_turn: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlaceStands:
    """How the claims of a cluster stand in a place: how many in each way, and when the data of the oldest of
    their newest copies was taken (aware UTC), None while there is no copy. `late` are those that somebody has
    something to do about, each with its claim (namespace/name)."""

    holds: PlaceHolds
    counts: Mapping[Standing, int]
    oldest: datetime | None
    late: tuple[tuple[str, CopiedTo], ...] = ()

    @property
    def place(self) -> str:
        """The name of the place."""
        return self.holds.place


def by_place(copies: Iterable[tuple[str, CopiedTo]], holds: Iterable[PlaceHolds]) -> tuple[PlaceStands, ...]:
    """How claims (namespace/name) stand in each place, in the order of the places; nothing of one that is
    empty and promises nothing."""
    found: dict[str, list[tuple[str, CopiedTo]]] = {}
    for claim, copy in copies:
        found.setdefault(copy.place, []).append((claim, copy))
    return tuple(
        _stands(each, found.get(each.place, ())) for each in holds if each.copies or each.place in found
    )


def _stands(holds: PlaceHolds, copies: Sequence[tuple[str, CopiedTo]]) -> PlaceStands:
    return PlaceStands(
        holds,
        Counter(copy.standing for _, copy in copies),
        min((copy.taken for _, copy in copies if copy.taken), default=None),
        tuple((claim, copy) for claim, copy in copies if copy.is_late),
    )


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a claim in a place. Times are aware UTC.

    `points` says when its good points were taken, `last` when the data of its newest ready copy was, None
    without one. `given_up` says why a newer copy was given up, "" if none was. `late` is what the journal
    remembers of its being late.
    """

    points: Sequence[datetime]
    last: datetime | None
    given_up: str = ""
    late: Trouble | None = None


def copied_to(place: str, policy: str, every: Every, known: History, now: datetime) -> CopiedTo:
    """How a claim stands in a place by its history, under a policy whose rule copies that often."""
    last, found = known.last, behind(known.points, known.last, every)
    age = f"the newest copy is of {moment(last)}" if last else "no copy yet"
    if known.given_up:
        reason = f"{age}; {known.given_up}" if last else known.given_up
        return CopiedTo(place, policy, Standing.FAILED, last, reason, True)
    if found is None:
        state = Standing.ON_TIME if last else Standing.NOT_COPIED
        return CopiedTo(place, policy, state, last, age if last else f"{age}; it has no point yet", False)
    if known.late and known.late.reason.startswith(CANNOT_BE_COPIED):
        return CopiedTo(place, policy, Standing.CANNOT_BE_COPIED, last, known.late.reason, True)
    late = is_late(found, known.late, now)
    if last is None:
        return CopiedTo(place, policy, Standing.NOT_COPIED, None, found.reason, late)
    if late:
        return CopiedTo(place, policy, Standing.LATE, last, found.reason, True)
    return CopiedTo(place, policy, Standing.ON_TIME, last, age, False)
