"""What the API can do, in words of the domain. `bootstrap` hands in the services that do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from snapkeep.domain.backup.backups import BackupPlan, BackupStatus
from snapkeep.domain.backup.on_demand import OnDemandRequest
from snapkeep.domain.backup.runs import Run
from snapkeep.domain.messages import Change
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.report.catalogue import Page, PointQuery, RecoveryPoint
from snapkeep.domain.report.claims import ReportedClaim
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.report.facts import Report
from snapkeep.domain.report.link import ReportLink
from snapkeep.domain.restore.holds import Hold
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.plans import RestorePlan
from snapkeep.domain.restore.progress import Progress
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.retention.prune_plans import PrunePlan


class Restores(Protocol):
    """Restores on demand."""

    def plan(self, request: RestoreRequest) -> RestorePlan:
        """What would be made, with all findings. Raises NotFound without such a cluster or point."""

    def start(self, plan: RestorePlan, operation_id: str, caller: str) -> RestoreOperation:
        """Carry out a plan that is not refused."""

    def resume(self, operation_id: str) -> RestoreOperation | None:
        """Continue a restore that was begun; None when there is none with that id."""

    def status(self, cluster: str, namespace: str, restore_id: str) -> tuple[RestoreOperation, Progress]:
        """A restore and its progress. Raises NotFound when it is not in this namespace."""

    def page(
        self, cluster: str, namespace: str, limit: int, after: str
    ) -> tuple[Sequence[RestoreOperation], str]:
        """Restores into a namespace, newest first, and the cursor of the next page ("" at the end)."""


class ShownPoint(Protocol):
    """One recovery point with its holds."""

    @property
    def point(self) -> RecoveryPoint:
        """The point as EC2 shows it."""

    @property
    def holds(self) -> Sequence[Hold]:
        """The journaled holds on it."""


class Points(Protocol):
    """The catalogue of recovery points."""

    def page(self, cluster: str, wanted: PointQuery, limit: int, cursor: str = "") -> Page:
        """A page of points. Raises BadCursor, and UnknownCluster when there is nothing to list."""

    def show(self, cluster: str, namespace: str, point_id: str) -> ShownPoint:
        """One point of a cluster (and of a namespace, unless ""). Raises NotFound."""


class CoverageReports(Protocol):
    """The coverage of claims."""

    def report(self, cluster: str, namespace: str = "") -> CoverageReport:
        """The claims of a cluster (of one namespace, unless ""). Raises UnknownCluster."""


class Holds(Protocol):
    """Holds on recovery points."""

    def keep(self, hold: Hold) -> None:
        """Hold a point. Raises NotFound when its snapshot is gone."""

    def release_by_hand(self, snapshot_id: str, holder: str, caller: str) -> None:
        """Release a caller's hold, and those left by failed restores; other callers' holds stay."""


class Backups(Protocol):
    """Backups on demand."""

    def plan(self, cluster: str, wish: OnDemandRequest) -> BackupPlan:
        """What a request would take now. Raises UnknownCluster, NotFound, ClusterUnreachable."""

    def known(self, request_id: str) -> Run | None:
        """The run of a request that was accepted earlier; None without one."""

    def accept(self, cluster: str, wish: OnDemandRequest, request_id: str) -> Run:
        """The run of a request, started; the same one for the same request."""


class BackupStatuses(Protocol):
    """The state of backups."""

    def show(self, cluster: str, run_id: str, namespace: str, limit: int, after: str) -> BackupStatus:
        """A run with a page of its points. Raises NotFound."""


class Prunes(Protocol):
    """Pruning on request."""

    def rehearse(self, cluster: str) -> PrunePlan:
        """What prune would do in a cluster now. Raises UnknownCluster."""

    def start(self, cluster: str, token: str = "") -> PrunePlan:
        """Start a prune; a token also confirms the deletions refused under it. Raises PermanentError for an
        unknown token."""


class Reports(Protocol):
    """The state of a cluster and its claims now. Both methods raise UnknownCluster."""

    def status(self, cluster: str) -> Report:
        """The cluster without its recovery points."""

    def claim(self, cluster: str, namespace: str, name: str) -> ReportedClaim:
        """One claim with its points. Raises NotFound."""


class ReportPages(Protocol):
    """Written report pages."""

    def link(self, cluster: str) -> ReportLink:
        """A link to the newest page of a cluster. Raises UnknownCluster, and NotFound without one."""


class Audit(Protocol):
    """Records the changes people make."""

    def changed(self, change: Change) -> None:
        """Publish a change made through the API."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Everything the routes call."""

    deployment: Deployment
    restores: Restores
    points: Points
    holds: Holds
    coverage: CoverageReports
    backups: Backups
    backup_status: BackupStatuses
    prune: Prunes
    reports: Reports
    report_pages: ReportPages
    audit: Audit

    def clusters(self) -> Sequence[Cluster]:
        """The clusters of the config."""
        return self.deployment.clusters
