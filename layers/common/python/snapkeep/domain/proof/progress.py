"""How far the checks of a cluster's points have come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.proof.rules import RECENT

STOPPED_AFTER = timedelta(hours=6)
"""If a point has waited longer and a pass checks none, checks have stopped. While there is progress, only a
backlog is worked off, as after checks were switched on."""

TOO_LATE = RECENT - timedelta(days=1)
"""A point that has waited longer will soon be too old to be checked at all."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the `points` of the last days, how many were `looked_into`; how many still wait, and since when the
    oldest of them. `done` were checked in the last pass. `suspicious` points are those that nobody has
    accepted."""

    points: int
    looked_into: int
    done: int = 0
    waiting: int = 0
    oldest: timedelta = timedelta()
    suspicious: int = 0

    @property
    def share(self) -> float:
        """How many points were looked into, of a hundred; 100 without points."""
        return 100 * self.looked_into / self.points if self.points else 100.0

    @property
    def behind(self) -> str:
        """Why people should look, "" if checks keep up."""
        if self.oldest <= (TOO_LATE if self.done else STOPPED_AFTER):
            return ""
        many = "1 point waits" if self.waiting == 1 else f"{self.waiting} points wait"
        return f"{many} for a check, the oldest for {self.oldest // timedelta(hours=1)} h"
