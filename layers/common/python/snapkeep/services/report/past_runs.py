"""Reads the newest runs of policies: what they took and skipped, and which of their snapshots are lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.report.claims import Name
from snapkeep.domain.report.memory import Memory
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.services.report.lost_points import FindLostPoints

BEHIND = (timedelta(hours=25), timedelta(days=35))
"""How far back to search for a policy's newest closed run."""


@dataclass(frozen=True, slots=True)
class ReadPastRuns:
    """Reads the journal, and asks EC2 for the snapshots of points."""

    runs: Runs
    points: Points
    lost: FindLostPoints

    def newest(self, cluster: str, policy: str, now: datetime) -> Run | None:
        """The newest closed run of a policy; None if it had none in the last 35 days."""
        return next(self._newest_first(cluster, policy, now), None)

    def losses(
        self, cluster: str, wanted: Mapping[str, Collection[Name]], now: datetime
    ) -> Mapping[Name, str]:
        """By claim, what became of its snapshot of the newest run, if it is gone and Snapkeep did not delete
        it.

        `wanted` maps policies to the claims in question.
        """
        found: dict[Name, str] = {}
        for policy, names in wanted.items():
            run = self.newest(cluster, policy, now)
            found |= self.lost.of_claims([run] if run else [], names)
        return found

    def memory(self, cluster: str, policies: Sequence[str], now: datetime) -> Memory:
        """What the newest runs of these policies took and skipped.

        A run whose planner could not read the cluster knows less, so the newest one that could is read as
        well.
        """
        found = Memory()
        for policy in policies:
            for run in self._worth_reading(cluster, policy, now):
                found.add(run, self.points.points_of(run.id), self.runs.skipped(run.id))
        return found

    def _worth_reading(self, cluster: str, policy: str, now: datetime) -> Iterator[Run]:
        for number, run in enumerate(self._newest_first(cluster, policy, now)):
            if number == 0 or not run.degraded:
                yield run
            if not run.degraded:
                return

    def _newest_first(self, cluster: str, policy: str, now: datetime) -> Iterator[Run]:
        told: set[str] = set()
        for window in BEHIND:
            runs = [run for run in self.runs.runs_of(cluster, policy, now - window) if run.state.is_final]
            for run in sorted(runs, key=lambda run: run.slot, reverse=True):
                if run.id not in told:
                    told.add(run.id)
                    yield run
