"""Refusals of the brake: what was refused stays refused until a person or the config says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from snapkeep.domain.times import moment

REMIND_AFTER = timedelta(days=7)
"""People are reminded of an open refusal this often."""

UNSTEADY = timedelta(hours=1)
"""A weekly look begins a little earlier or later than the one before: it reminds people all the same."""


class Kind(StrEnum):
    """What was to be deleted: points that retention lets go, or orphans that a sweep found."""

    POINTS = "points"
    ORPHANS = "orphans"


class Counted(Protocol):
    """Something that names a refusal's token and how many deletions it holds."""

    @property
    def token(self) -> str:
        """What confirms the deletions."""

    @property
    def count(self) -> int:
        """How many there are."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Deletions in a cluster that the brake refused.

    `token` was made from all the `names` (snapshot ids; of orphans also names of objects) that it had at
    first, and confirms those that are left. `rules` tells which retention each policy had (JSON). `since` and
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
        """How many deletions it holds."""
        return len(self.names)

    def is_due(self, now: datetime) -> bool:
        """True when people are to hear of it, for the first time or again; a clock may have been wrong."""
        return self.announced_at is None or abs(now - self.announced_at) >= REMIND_AFTER - UNSTEADY

    def without(self, names: Collection[str]) -> Refusal:
        """The refusal without these: they are gone, or the config keeps them after all."""
        return replace(self, names=self.names.difference(names))

    def why_kept(self) -> str:
        """Why one of its points is still there."""
        return f"the brake refused to delete it on {moment(self.since)}; token {self.token} lets it go"


def unknown_token(token: str, refusals: Iterable[Counted]) -> str:
    """Why a token confirms nothing, and which ones would."""
    known = ", ".join(f"{item.token} ({item.count} deletions)" for item in refusals)
    return f"nothing was refused under the token {token}, so nothing is deleted. " + (
        f"Open refusals: {known}" if known else "No refusal is open"
    )
