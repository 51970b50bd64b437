"""Closes a run once, when its last point is ready or failed, and announces it."""

from __future__ import annotations

import logging
from datetime import datetime

from snapkeep.domain.backup.protectability import Code
from snapkeep.domain.backup.runs import Run, RunState, outcome
from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.points import GIVE_UP_AFTER, PointState, group_skews
from snapkeep.ports.journal import Journal
from snapkeep.ports.news import BackupNews
from snapkeep.ports.runs import Left

log = logging.getLogger(__name__)


def close_if_settled(journal: Journal, announcer: BackupNews, run_id: str, now: datetime) -> bool:
    """Close and announce the run when all its points are final; True when this call closed it.

    A failed announcement never fails a backup: reconcile repeats it.
    """
    run = journal.runs.run(run_id)
    if run is None or not run.is_settled:
        return False
    if not journal.runs.close_run(run_id, outcome(run), now):
        return False
    try:
        announce(journal, announcer, run_id)
    except SnapkeepError as error:
        log.warning("run %s is closed but not announced yet: %s", run_id, error.reason)
    return True


def close_at_limit(journal: Journal, announcer: BackupNews, run_id: str, now: datetime) -> None:
    """Close a run whose only open points are late or lost from the journal.

    A late point stays pending, and counts in its run once it ends. The run stays open while other points may
    still end, and, for lost points, until the time for creating points is over.
    """
    run = journal.runs.run(run_id)
    if run is None or run.state is not RunState.RUNNING or run.is_settled:
        return
    points = list(journal.points.points_of(run_id))
    late = [point for point in points if not point.state.is_final]
    lost = run.total - len(points)
    if not all(point.is_late(now) for point in late) or not (late or lost):
        return
    if lost > 0 and now - run.accepted_at <= GIVE_UP_AFTER:
        return
    if lost > 0:
        _tell_lost(journal, run, len(points))
    journal.runs.write_late(run_id, len(late))
    state = outcome(journal.runs.run(run_id) or run)
    if journal.runs.close_run(run_id, state, now):
        log.error("run %s is closed as %s: %s points are late, %s lost", run_id, state, len(late), lost)
        announce(journal, announcer, run_id)


def _tell_lost(journal: Journal, run: Run, known: int) -> None:
    """Journal how many points are missing from the journal, after a table was restored or an item deleted."""
    reason = f"the journal has only {known} of the {run.total} recovery points that the run planned"
    left = Left(
        f"{run.total - known} recovery points",
        Code.LOST_FROM_JOURNAL.value,
        f"{reason}: the fate of the others is unknown",
    )
    others = [item for item in journal.runs.left(run.id) if item.code != left.code]
    journal.runs.add_left(run.id, [*others, left])


def announce(journal: Journal, announcer: BackupNews, run_id: str) -> None:
    """Publish a closed run and journal that it was published.

    A crash between the two publishes twice; events are at-least-once anyway.
    """
    run = journal.runs.run(run_id)
    if run is None or not run.state.is_final or run.announced:
        return
    points = list(journal.points.points_of(run_id))
    failures = [point for point in points if point.state is PointState.FAILED]
    late = [point for point in points if not point.state.is_final]
    announcer.run_closed(run, failures, group_skews(points), late)
    journal.runs.mark_announced(run_id)
