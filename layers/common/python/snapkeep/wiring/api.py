"""What the API can do."""

from __future__ import annotations

from snapkeep.inbound.api.actions import Actions
from snapkeep.services.backup.request import RequestBackup
from snapkeep.services.backup.show import ShowBackup
from snapkeep.services.report.list_points import ListPoints
from snapkeep.services.report.show import ShowReport
from snapkeep.services.restore.plan import PlanRestore
from snapkeep.services.restore.requests import Restores
from snapkeep.services.restore.restored_claims import RestoredClaims
from snapkeep.services.retention.request import RequestPrune
from snapkeep.wiring.ports import Ports
from snapkeep.wiring.report import gather_report, show_coverage
from snapkeep.wiring.restore import hold_points, restore


def actions(ports: Ports) -> Actions:
    """All actions of the API."""
    deployment, journal = ports.deployment, ports.journal
    planner = PlanRestore(deployment, ports.clusters, ports.snapshots, journal, ports.keys)
    claims = RestoredClaims(ports.clusters, ports.snapshots)
    return Actions(
        deployment=deployment,
        restores=Restores(planner, restore(ports, may_delete=False), claims, journal, ports.clock),
        points=ListPoints(deployment, ports.snapshots, journal),
        holds=hold_points(ports),
        coverage=show_coverage(ports),
        backups=RequestBackup(deployment, ports.clusters, journal, ports.starter, ports.clock),
        backup_status=ShowBackup(journal),
        prune=RequestPrune(deployment, ports.pruner),
        reports=gather_report(ports),
        report_pages=ShowReport(deployment, ports.pages),
        audit=ports.announcer,
    )
