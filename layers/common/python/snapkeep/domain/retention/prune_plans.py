"""What a prune would do, as people ask for it before they let it go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RefusedDeletions:
    """Deletions that wait for a person: `token` confirms all `count` of them; `names` are the first
    snapshot ids. `since` is aware UTC.
    """

    token: str
    since: datetime
    reason: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The plan for one cluster: `deletions` are snapshot ids with reasons, `refusals` what the brake holds.

    Lists are cut to the first entries; `deleting` and `keeping` count all. `reason` has the figures of the
    brake. `refused` says why prune would do nothing at all.
    """

    cluster: str
    reason: str
    deleting: int
    keeping: int
    deletions: tuple[tuple[str, str], ...]
    refusals: tuple[RefusedDeletions, ...] = ()
    refused: str = ""
    notes: tuple[str, ...] = ()
