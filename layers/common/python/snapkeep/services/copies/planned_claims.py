"""Finds the claims that a policy planned to back up but that have no ready point of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.policies import Policy
from snapkeep.domain.retention.spacing import shortest_distance
from snapkeep.ports.clock import Clock
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs

LAST = 2
"""How many of the newest runs to read; the newest may not be planned yet."""

SLOTS_APART = 4
"""Schedules with pauses, such as weekdays only, have their next slot after a few of their intervals."""


@dataclass(frozen=True, slots=True)
class PlannedClaims:
    """Asks the journal."""

    runs: Runs
    points: Points
    clock: Clock

    def claims(self, cluster: str, policy: Policy) -> set[str]:
        """The UIDs of the claims in the policy's newest runs that did not bring them all a ready point."""
        span = SLOTS_APART * shortest_distance(policy.schedule) + timedelta(days=1)
        runs = self.runs.runs_of(cluster, policy.name, self.clock() - span)
        newest = sorted(runs, key=lambda run: run.slot)[-LAST:]
        short = [run for run in newest if run.ready < run.total]
        return {point.claim.uid for run in short for point in self.points.points_of(run.id)}
