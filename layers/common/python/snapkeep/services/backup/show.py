"""Shows a backup: the current state of its run, its points page by page, and what it skipped."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain.backup.backups import BackupStatus
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

        With a `namespace`, only runs requested for that namespace are found. Raises NotFound.
        """
        run = self.runs.run(run_id)
        if run is None or run.cluster != cluster or not _is_shown_in(run, namespace):
            where = f"namespace {namespace} of cluster {cluster}" if namespace else f"cluster {cluster}"
            raise NotFound(f"{where} has no backup {run_id} (the journal forgets them after 90 days)")
        page = list(self.points.page_of_points(run.id, limit + 1, after))
        following = page[limit - 1].id if len(page) > limit else ""
        gone = self.lost.gone(page[:limit])
        objects = tuple(self.saved.saved_of(cluster, run.id))
        return BackupStatus(run, page[:limit], self.runs.skipped(run.id), following, gone, objects)


def _is_shown_in(run: Run, namespace: str) -> bool:
    return not namespace or (run.request is not None and run.request.namespace == namespace)
