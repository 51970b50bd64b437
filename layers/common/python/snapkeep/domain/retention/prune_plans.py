"""What a prune would do, for people to review before they confirm it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RefusedDeletions:
    """Deletions that wait for a person's confirmation: `token` confirms all `count` of them; `names` are the
    first snapshot ids. `since` is aware UTC.
    """

    token: str
    since: datetime
    reason: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The plan for one cluster: `deletions` are snapshot ids with reasons, `refusals` are those of the brake.

    Lists hold only the first entries; `deleting` and `keeping` count all. `reason` has the brake's figures.
    `refused` says why prune would do nothing at all.
    """

    cluster: str
    reason: str
    deleting: int
    keeping: int
    deletions: tuple[tuple[str, str], ...]
    refusals: tuple[RefusedDeletions, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()
