"""Looks into points so that one whose bytes end the function keeps no other from being checked.

What a point holds may come from anybody. If reading it takes all memory or time, or ends the process, nobody
is left to catch an error, and the next pass would begin with the same point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from snapkeep.domain.points import Snapshot
from snapkeep.domain.proof.looks import Seen, Unseen
from snapkeep.ports.checks import Checks
from snapkeep.ports.clock import Clock
from snapkeep.services.proof.snapshot_volume import Cost

MOST_LOOKS = 3
"""How many looks into a point may begin and not end. A deployment or a slow day may end one or two."""


class Looker(Protocol):
    """Says what is in points."""

    def run(
        self, snapshot: Snapshot, expect: Iterable[str], base: str = "", cost: Cost | None = None
    ) -> Seen:
        """What is in the point of a snapshot; the arguments are those of LookInto."""


@dataclass(frozen=True, slots=True)
class SurvivingLooks:
    """A looker that journals that a look begins, and that it has ended."""

    looker: Looker
    checks: Checks
    clock: Clock

    def run(
        self, snapshot: Snapshot, expect: Iterable[str], base: str = "", cost: Cost | None = None
    ) -> Seen:
        """What the looker says, also by an error; `Unseen` for a point into which no look has ended."""
        begun = self.checks.looks_begun(snapshot.id)
        if begun >= MOST_LOOKS:
            reason = f"check_points ended {begun} times while it looked into this point"
            return Unseen(reason, by_contents=True)
        self.checks.write_looks_begun(snapshot.id, begun + 1, self.clock())
        try:
            seen = self.looker.run(snapshot, expect, base, cost)
        except Exception:
            self.checks.write_looks_begun(snapshot.id, 0, self.clock())
            raise
        self.checks.write_looks_begun(snapshot.id, 0, self.clock())
        return seen
