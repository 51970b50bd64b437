"""Shows a backup: the current state of its run, its points page by page, and what it skipped."""

from __future__ import annotations

from dataclasses import dataclass, replace

from snapkeep.domain.backup.backups import BackupStatus, points_in, run_in, skipped_in
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.errors import NotFound
from snapkeep.ports.objects import SavedObjects
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.services.report.lost_points import FindLostPoints


@dataclass(frozen=True, slots=True)
class ShowBackup:
    """Reads the journal: four calls per page, and one more for about every thousand skipped entries.

    EC2 says which ready points of the page still have a snapshot.
    """

    runs: Runs
    points: Points
    saved: SavedObjects
    lost: FindLostPoints

    def show(self, cluster: str, run_id: str, namespace: str, limit: int, after: str) -> BackupStatus:
        """The run, at most `limit` of its points (after the point id `after`), and everything it skipped.

        With a `namespace`, only runs requested for that namespace are found, and of a scheduled run only what
        concerns it. Raises NotFound.
        """
        run = self.runs.run(run_id)
        status = self._status(run, namespace, limit, after) if run and run.cluster == cluster else None
        if status is None:
            where = f"namespace {namespace} of cluster {cluster}" if namespace else f"cluster {cluster}"
            raise NotFound(f"{where} has no backup {run_id} (the journal forgets them after 90 days)")
        return replace(status, gone=self.lost.gone(status.points))

    def _status(self, run: Run, namespace: str, limit: int, after: str) -> BackupStatus | None:
        """A page of a run; None if the run is not shown in the namespace."""
        skipped = self.runs.skipped(run.id)
        objects = tuple(self.saved.saved_of(run.cluster, run.id))
        if not namespace or (run.request and run.request.namespace == namespace):
            page = list(self.points.page_of_points(run.id, limit + 1, after))
        elif run.request:
            return None
        else:
            skipped = skipped_in(namespace, skipped)
            points = points_in(namespace, self.points.points_of(run.id))
            objects = tuple(each for each in objects if each.subject.namespace == namespace)
            if not points and not skipped:
                return None
            run = run_in(run, points, skipped)
            page = [point for point in points if point.id > after]
        following = page[limit - 1].id if len(page) > limit else ""
        return BackupStatus(run, page[:limit], skipped, following, objects=objects)
