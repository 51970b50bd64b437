"""The store of checks of recovery points, and of suspicions that nobody has accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from snapkeep.domain.proof.checks import Check
    from snapkeep.domain.proof.suspicions import Suspicion

PointOfClaim = tuple[str, str, str]
"""A point by the namespace and name of its claim, and its id."""


class Checks(Protocol):
    """Checks by point. Losing them loses no backup: points are then checked again."""

    def write_check(self, check: Check) -> None:
        """Write the check of a point, instead of an earlier one."""

    def checks(self, cluster: str, points: Sequence[PointOfClaim], place: str = "") -> Mapping[str, Check]:
        """The checks of these points, or of their copies in a place, by id; those never checked are
        absent."""

    def checks_of(self, cluster: str, namespace: str, claim: str) -> Iterator[Check]:
        """All checks of a claim's points, in any order, those of deleted points included for a while,
        and none of copies."""

    def looks_begun(self, snapshot_id: str) -> int:
        """How many looks into a snapshot have begun and not ended, of the last days."""

    def write_looks_begun(self, snapshot_id: str, count: int, at: datetime) -> None:
        """Remember for some days from then (aware UTC) how many looks have begun and not ended."""


class Suspicions(Protocol):
    """Suspicions, which stay until somebody accepts the point."""

    def write_suspicion(self, suspicion: Suspicion) -> None:
        """Remember a suspicion. One about the same point stays as it is, so the good point that it keeps is
        never another."""

    def suspicions(self, cluster: str) -> Collection[Suspicion]:
        """All suspicions of a cluster's points. Raises UnreadableRecord when this version cannot read one,
        because what it protects would be deleted."""

    def drop_suspicion(self, suspicion: Suspicion) -> None:
        """Forget a suspicion; one that is gone is success."""
