"""Finds the claims that a policy planned to back up but that have no ready point of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.copies.copies import Source
from snapkeep.domain.copies.wanted import selects
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
        short = [run for run in self._newest(cluster, policy) if run.ready < run.total]
        return {point.claim.uid for run in short for point in self.points.points_of(run.id)}

    def new_claims(self, cluster: str, policy: Policy, points: Sequence[Source]) -> set[str]:
        """The UIDs of the claims of these points that the policy selects and its newest runs did not skip:
        claims younger than the newest run, or of a policy without runs."""
        chosen = [each for each in points if selects(policy.selection, each)]
        runs = self._newest(cluster, policy) if chosen else ()
        skipped = {item.subject for run in runs for item in self.runs.skipped(run.id)}
        claims = (each.claim for each in chosen)
        return {claim.uid for claim in claims if f"{claim.namespace}/{claim.name}" not in skipped}

    def _newest(self, cluster: str, policy: Policy) -> Sequence[Run]:
        span = SLOTS_APART * shortest_distance(policy.schedule) + timedelta(days=1)
        runs = self.runs.runs_of(cluster, policy.name, self.clock() - span)
        return sorted(runs, key=lambda run: run.slot)[-LAST:]
