"""What a prune would do, as people ask for it before they confirm it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """The plan for one cluster: `token` confirms exactly it, `deletions` are snapshot ids with reasons.

    Lists are cut to the first entries; `deleting` and `keeping` count all. `refused` says why prune would
    do nothing at all, and `braked` that the brake asks for the token first, with `reason` in words.
    """

    cluster: str
    token: str
    braked: bool
    reason: str
    deleting: int
    keeping: int
    deletions: tuple[tuple[str, str], ...]
    refused: str = ""
    notes: tuple[str, ...] = ()
