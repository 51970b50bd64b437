"""Backups as people ask for them and see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.backup.selection import SkippedClaim, Taken
from snapkeep.domain.points import Point
from snapkeep.domain.policies import Method


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What a wish would take of a cluster now, and leave; `unmet` says what it cannot be given."""

    taken: tuple[Taken, ...]
    left: tuple[SkippedClaim, ...]
    method: Method
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a backup did not take, as text: the claim or scratch volume, a code and the reason."""

    subject: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """A run as it stands, a page of its points and what it left.

    `following` is what to ask the next page of points by, "" at the end.
    """

    run: Run
    points: Sequence[Point] = ()
    left: Sequence[LeftOut] = ()
    following: str = ""
