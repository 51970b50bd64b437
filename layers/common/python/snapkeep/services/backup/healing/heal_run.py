"""Heals one open run: plans it again, looks at its points, closes and announces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.points import GIVE_UP_AFTER
from snapkeep.domain.policies import INTERRUPTION
from snapkeep.ports.clock import Clock
from snapkeep.ports.messaging import Starter
from snapkeep.ports.news import BackupNews
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.healing.heal import HealPoints

PLANNING_TIMEOUT = timedelta(minutes=6)
"""A run that is still being planned after this lost its planner."""


@dataclass(frozen=True, slots=True)
class HealedRun:
    """What was done for a run: whether it is planned again or closed, and how many points healed, by kind."""

    replanned: bool = False
    closed: bool = False
    points: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HealRun:
    """Takes runs that are open, or closed and not announced, as far as possible."""

    runs: Runs
    points: Points
    heal_points: HealPoints
    close_run: CloseRun
    starter: Starter
    announcer: BackupNews
    clock: Clock

    def heal(self, run: Run) -> HealedRun:
        """Heal the run; returns what was done. Raises SnapkeepError when something does not answer."""
        if run.state.is_final:
            self.close_run.announce(run.id)
            return HealedRun(points=self._follow_late(run) if run.late else {})
        if run.state is RunState.PLANNING:
            return self._plan_again(run)
        healed = self.heal_points.heal(run)
        return HealedRun(points=healed, closed=self._close(run))

    def _follow_late(self, run: Run) -> Mapping[str, int]:
        """Heal the late points of a closed run, and announce those that ended."""
        healed = self.heal_points.heal(run)
        left = sum(not point.state.is_final for point in self.points.points_of(run.id))
        now = self.runs.run(run.id)
        if now is not None and left != run.late:
            self.announcer.late_points_ended(replace(now, late=left), run.late - left)
            self.runs.write_late(run.id, left)
        return healed

    def _close(self, run: Run) -> bool:
        """Close the run if its last point is settled; healing that point may have closed it already."""
        self.close_run.if_settled(run.id)
        self.close_run.at_limit(run.id)
        now = self.runs.run(run.id)
        return now is not None and now.state.is_final

    def _plan_again(self, run: Run) -> HealedRun:
        """Start a planner for a run that lost its own; a run that cannot be planned fails with the reason.

        So does a run that was only journaled to report its slot as missed: it has a reason without any
        planner. Ended claims may not have been reported for it, so the next run also compares with the one
        before.
        """
        age = self.clock() - run.accepted_at
        forsaken = run.policy == INTERRUPTION and age > PLANNING_TIMEOUT  # save_node alone plans those
        if age > GIVE_UP_AFTER or forsaken or run.degraded:
            hours = GIVE_UP_AFTER // timedelta(hours=1)
            reason = f"the run could not be planned within {hours} hours; the log of plan_backup says why"
            if run.policy == INTERRUPTION:
                reason = "save_node did not finish it; its log says why"
            total = sum(1 for _ in self.points.points_of(run.id))
            degraded = run.degraded or reason
            started = replace(
                run,
                state=RunState.RUNNING,
                total=total,
                degraded=degraded,
                ends_untold=run.request is None,
            )
            self.runs.start_run(started)
            return HealedRun(closed=self._close(run))
        if age > PLANNING_TIMEOUT:
            self.starter.start_run(run.cluster, run.policy, run.slot)
            return HealedRun(replanned=True)
        return HealedRun()
