"""The brake's refusals: refused deletions stay refused until a person or the config says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from snapkeep.domain.times import moment

REMIND_AFTER = timedelta(days=7)
"""How often people are reminded of an open refusal."""

UNSTEADY = timedelta(hours=1)
"""A weekly check may start a little earlier than the last one and must still remind people."""


class Kind(StrEnum):
    """What was to be deleted: points that retention expires, or orphans that a sweep found."""

    POINTS = "points"
    ORPHANS = "orphans"


class Counted(Protocol):
    """A refusal's token and number of deletions."""

    @property
    def token(self) -> str:
        """The token that confirms the deletions."""

    @property
    def count(self) -> int:
        """The number of deletions."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Deletions in a cluster that the brake refused.

    `token` was made from all `names` the refusal had at first (snapshot ids; for orphans also object names)
    and confirms those that remain. `rules` holds each policy's retention at the time (JSON). `since` and
    `announced_at` (None: not yet) are aware UTC.
    """

    cluster: str
    token: str
    names: frozenset[str]
    reason: str
    since: datetime
    rules: str
    announced_at: datetime | None = None
    kind: Kind = Kind.POINTS

    @property
    def count(self) -> int:
        """The number of refused deletions."""
        return len(self.names)

    def is_due(self, now: datetime) -> bool:
        """True if it should be announced, for the first time or again. The difference counts in both
        directions, because a clock may have been wrong.
        """
        return self.announced_at is None or abs(now - self.announced_at) >= REMIND_AFTER - UNSTEADY

    def without(self, names: Collection[str]) -> Refusal:
        """The refusal without these names: they are gone, or the config now keeps them."""
        return replace(self, names=self.names.difference(names))

    def why_kept(self) -> str:
        """Why one of its points is still kept."""
        return (
            f"the brake refused to delete it on {moment(self.since)}; token {self.token} confirms the "
            "deletion"
        )


def unknown_token(token: str, refusals: Iterable[Counted]) -> str:
    """Why a token confirms nothing, and which tokens would."""
    known = ", ".join(f"{item.token} ({item.count} deletions)" for item in refusals)
    return f"no refusal has the token {token}, so nothing is deleted. " + (
        f"Open refusals: {known}" if known else "No refusal is open"
    )
