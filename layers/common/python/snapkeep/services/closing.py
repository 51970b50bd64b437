"""Closing a run: once, when its last point is ready or failed, and saying so."""

from __future__ import annotations

import logging
from datetime import datetime

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import PointState, group_skews
from snapkeep.domain.protectability import Code
from snapkeep.domain.runs import RunState, outcome
from snapkeep.ports import Announcer, Journal, Left

log = logging.getLogger(__name__)


def close_if_settled(journal: Journal, announcer: Announcer, run_id: str, now: datetime) -> bool:
    """Close and announce the run when all its points are final; True when this call closed it.

    Trouble with announcing never fails a backup: reconcile announces what was not.
    """
    run = journal.run(run_id)
    if run is None or not run.is_settled:
        return False
    if not journal.close_run(run_id, outcome(run), now):
        return False
    try:
        announce(journal, announcer, run_id)
    except SnapkeepError as error:
        log.warning("run %s is closed but not announced yet: %s", run_id, error.reason)
    return True


def close_without_lost(journal: Journal, announcer: Announcer, run_id: str, now: datetime) -> None:
    """Close a run whose journal lacks points (a table restored, an item deleted), and say how many.

    Nothing is done while a point that is there may still end.
    """
    run = journal.run(run_id)
    if run is None or run.state is not RunState.RUNNING or run.is_settled:
        return
    points = list(journal.points_of(run_id))
    if not all(point.state.is_final for point in points):
        return
    lost = run.total - len(points)
    reason = f"the journal has only {len(points)} of the {run.total} recovery points that the run planned"
    left = Left(
        f"{lost} recovery points",
        Code.LOST_FROM_JOURNAL.value,
        f"{reason}: what became of the others is not known",
    )
    journal.add_left(run_id, [*journal.left(run_id), left])
    state = RunState.PARTIALLY_FAILED if run.ready else RunState.FAILED
    if journal.close_run(run_id, state, now):
        log.error("run %s is closed as %s: %s", run_id, state, reason)
        announce(journal, announcer, run_id)


def announce(journal: Journal, announcer: Announcer, run_id: str) -> None:
    """Publish a closed run and journal that it was published.

    A crash between the two publishes twice; events are at-least-once anyway.
    """
    run = journal.run(run_id)
    if run is None or not run.state.is_final or run.announced:
        return
    points = list(journal.points_of(run_id))
    failures = [point for point in points if point.state is PointState.FAILED]
    announcer.run_closed(run, failures, group_skews(points))
    journal.mark_announced(run_id)
