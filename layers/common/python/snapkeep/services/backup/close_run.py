"""Closes a run once, when its last point is ready or failed, and announces it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState, Skipped, outcome
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import GIVE_UP_AFTER, PointState, group_skews
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import BackupNews
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CloseRun:
    """Closes runs, each of them once, and announces them."""

    runs: Runs
    points: Points
    news: BackupNews
    clock: Clock

    def if_settled(self, run_id: str) -> bool:
        """Close and announce the run when all its points are final; True when this call closed it.

        A failed announcement never fails a backup: reconcile repeats it.
        """
        run = self.runs.run(run_id)
        if run is None or not run.is_settled:
            return False
        if not self.runs.close_run(run_id, outcome(run), self.clock()):
            return False
        try:
            self.announce(run_id)
        except SnapkeepError as error:
            log.warning("run %s is closed but not announced yet: %s", run_id, error.reason)
        return True

    def at_limit(self, run_id: str) -> None:
        """Close a run whose only open points are late or lost from the journal.

        A late point stays pending, and counts in its run once it ends. The run stays open while other points
        may still end, and, for lost points, until the time for creating points is over.
        """
        run = self.runs.run(run_id)
        if run is None or run.state is not RunState.RUNNING or run.is_settled:
            return
        points, now = list(self.points.points_of(run_id)), self.clock()
        late = [point for point in points if not point.state.is_final]
        lost = run.total - len(points)
        if not all(point.is_late(now) for point in late) or not (late or lost):
            return
        if lost > 0 and now - run.accepted_at <= GIVE_UP_AFTER:
            return
        if lost > 0:
            self._tell_lost(run, len(points))
        self.runs.write_late(run_id, len(late))
        state = outcome(self.runs.run(run_id) or run)
        if self.runs.close_run(run_id, state, now):
            log.error("run %s is closed as %s: %s points are late, %s lost", run_id, state, len(late), lost)
            self.announce(run_id)

    def _tell_lost(self, run: Run, known: int) -> None:
        """Journal how many points are missing, after a table was restored or an item deleted."""
        reason = f"the journal has only {known} of the {run.total} recovery points that the run planned"
        lost = Skipped(
            f"{run.total - known} recovery points",
            Code.LOST_FROM_JOURNAL.value,
            f"{reason}: the fate of the others is unknown",
        )
        others = [item for item in self.runs.skipped(run.id) if item.code != lost.code]
        self.runs.add_skipped(run.id, [*others, lost])

    def announce(self, run_id: str) -> None:
        """Publish a closed run and journal that it was published.

        A crash between the two publishes twice; events are at-least-once anyway.
        """
        run = self.runs.run(run_id)
        if run is None or not run.state.is_final or run.announced:
            return
        points = list(self.points.points_of(run_id))
        failures = [point for point in points if point.state is PointState.FAILED]
        late = [point for point in points if not point.state.is_final]
        self.news.run_closed(run, failures, group_skews(points), late)
        self.runs.mark_announced(run_id)
