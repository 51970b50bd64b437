"""The API's actions, and the services behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.inbound.api.actions import Actions
from snapkeep.wiring.report import gather_report, lost_points, show_coverage
from snapkeep.wiring.restore import hold_points, plan_restore, restore, restored_claims, suggest_restore

if TYPE_CHECKING:
    from snapkeep.services.backup.request import RequestBackup
    from snapkeep.services.restore.requests import RequestRestore
    from snapkeep.wiring.ports import Ports


def actions(ports: Ports) -> Actions:
    """All of the API's actions."""
    from snapkeep.services.backup.show import ShowBackup
    from snapkeep.services.report.list_points import ListPoints
    from snapkeep.services.report.show import ShowReport
    from snapkeep.services.retention.request import RequestPrune

    deployment, journal = ports.deployment, ports.journal
    points = ListPoints(deployment, ports.snapshots, journal.catalogue, journal.holds)
    holds = hold_points(ports)
    restores, backups = request_restores(ports), request_backup(ports)
    prunes, reports = RequestPrune(deployment, ports.pruner), gather_report(ports)
    return Actions(
        deployment=deployment,
        plan_restore=restores.plan,
        start_restore=restores.start,
        resume_restore=restores.resume,
        show_restore=restores.status,
        list_restores=restores.page,
        list_points=points.page,
        show_point=points.show,
        suggest_restore=suggest_restore(ports).suggest,
        hold_point=holds.keep,
        release_point=holds.release_by_hand,
        show_coverage=show_coverage(ports).now_or_remembered,
        plan_backup=backups.plan,
        known_backup=backups.known,
        start_backup=backups.accept,
        show_backup=ShowBackup(journal.runs, journal.points, lost_points(ports)).show,
        rehearse_prune=prunes.rehearse,
        start_prune=prunes.start,
        show_status=reports.status,
        show_claim=reports.claim,
        link_report=ShowReport(deployment, ports.pages).link,
        publish_change=ports.changes.changed,
    )


def request_restores(ports: Ports) -> RequestRestore:
    """The service that plans, starts and shows the restores that callers request."""
    from snapkeep.services.restore.requests import RequestRestore

    planner, claims = plan_restore(ports), restored_claims(ports)
    return RequestRestore(
        planner, restore(ports, may_delete=False), claims, ports.journal.restores, ports.clock
    )


def request_backup(ports: Ports) -> RequestBackup:
    """The service that plans and starts the backups that callers request."""
    from snapkeep.services.backup.request import RequestBackup

    return RequestBackup(ports.deployment, ports.clusters, ports.journal.requests, ports.starter, ports.clock)
