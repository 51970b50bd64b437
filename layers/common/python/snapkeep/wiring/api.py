"""The API's actions, and the services behind them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any

from snapkeep.adapters.kubernetes.patience import within
from snapkeep.inbound.api.actions import Actions
from snapkeep.wiring.archive import show_tier
from snapkeep.wiring.borrowing import borrow_copy
from snapkeep.wiring.copies import list_copies, request_copies
from snapkeep.wiring.efs_restores import request_efs_restores
from snapkeep.wiring.files import ask_files
from snapkeep.wiring.lending import lender_of, list_loans
from snapkeep.wiring.objects import show_objects
from snapkeep.wiring.proof import accept, show_checks
from snapkeep.wiring.report import gather_report, list_points, lost_points, show_coverage
from snapkeep.wiring.restore import (
    find_copies,
    hold_points,
    plan_restore,
    restore,
    restored_claims,
    suggest_restore,
)
from snapkeep.wiring.vault import show_vault

if TYPE_CHECKING:
    from snapkeep.services.backup.request import RequestBackup
    from snapkeep.services.backup.show import ShowBackup
    from snapkeep.services.efs.restore.requests import RequestEfsRestore
    from snapkeep.services.report.show import ShowReport
    from snapkeep.services.restore.requests import RequestRestore
    from snapkeep.services.retention.request import RequestPrune
    from snapkeep.wiring.ports import Ports


CLUSTERS = 12.0
"""How many seconds of a request may go to clusters. With the journal and EC2, the answer still arrives within
15 seconds even if an API server hangs.
"""


def answering() -> AbstractContextManager[None]:
    """While a request is answered, clusters that take too long count as unreachable."""
    return within(CLUSTERS, time.monotonic)


def actions(ports: Ports) -> Actions:
    """All of the API's actions. Their services are imported and built when a request first needs them."""
    deployment = ports.deployment
    backups = cache(lambda: request_backup(ports))
    reports, points = cache(lambda: gather_report(ports)), cache(lambda: list_points(ports))
    copies, asking = cache(lambda: list_copies(ports)), cache(lambda: request_copies(ports, points()))
    files = cache(lambda: ask_files(ports))
    prunes, holds = cache(lambda: request_prune(ports)), cache(lambda: hold_points(ports))
    return Actions(
        deployment=deployment,
        **_of_restores(cache(lambda: request_restores(ports))),
        **_of_efs_restores(cache(lambda: request_efs_restores(ports))),
        list_points=lambda *page: points().page(*page),
        list_place=lambda *page: find_copies(ports).page(*page),
        show_point=lambda *which: points().show(*which),
        show_tier=lambda point: show_tier(ports).of(point),
        show_checks=lambda points: show_checks(ports).of(points),
        accept_check=lambda cluster, *which: accept(ports, cluster, *which),
        ask_files=lambda *which: files().ask(*which),
        show_file_operation=lambda *which: files().show(*which),
        link_file=lambda operation: files().link(operation),
        publish_files=lambda read: ports.changes.files_read(read),
        list_copies=lambda *page: copies().page(*page),
        ask_copy=lambda *which: asking().ask(*which),
        cancel_copy=lambda *which: asking().cancel(*which),
        list_loans=lambda limit: list_loans(ports, limit),
        lend_copy=lambda *which: lender_of(ports).lend(*which),
        end_loan=lambda *which: lender_of(ports).end(*which),
        borrow_copy=lambda loan: borrow_copy(ports).borrow(loan),
        show_borrowed=lambda point: borrow_copy(ports).show(point),
        suggest_restore=lambda *which: suggest_restore(ports).suggest(*which),
        hold_point=lambda hold: holds().keep(hold),
        release_point=lambda *which: holds().release_by_hand(*which),
        show_coverage=lambda *which: show_coverage(ports).now_or_remembered(*which),
        plan_backup=lambda cluster, request: backups().plan(cluster, request),
        known_backup=lambda request_id: backups().known(request_id),
        start_backup=lambda cluster, request, request_id: backups().accept(cluster, request, request_id),
        show_backup=lambda *page: show_backup(ports).show(*page),
        rehearse_prune=lambda cluster, place: prunes().rehearse(cluster, place),
        start_prune=lambda cluster, token, place: prunes().start(cluster, token, place),
        try_config=lambda request: ports.trier.try_config(request),
        **_of_objects(ports),
        show_status=lambda cluster: reports().status(cluster),
        show_claim=lambda *which: reports().claim(*which),
        link_report=lambda cluster: show_report(ports).link(cluster),
        link_vault_report=lambda: show_report(ports).link_vault(),
        show_vault=lambda: show_vault(ports).run(),
        publish_change=lambda change: ports.changes.changed(change),
    )


def _of_objects(ports: Ports) -> dict[str, Any]:
    return {
        "show_objects": lambda *which: show_objects(ports).of_run(*which),
        "link_objects": lambda *which: show_objects(ports).links(*which),
        "publish_objects": lambda read: ports.changes.objects_read(read),
    }


def _of_restores(restores: Callable[[], RequestRestore]) -> dict[str, Any]:
    return {
        "plan_restore": lambda request: restores().plan(request),
        "start_restore": lambda plan, restore_id, caller: restores().start(plan, restore_id, caller),
        "resume_restore": lambda restore_id: restores().resume(restore_id),
        "show_restore": lambda *which: restores().status(*which),
        "cancel_restore": lambda *which: restores().cancel(*which),
        "list_restores": lambda *page: restores().page(*page),
    }


def _of_efs_restores(restores: Callable[[], RequestEfsRestore]) -> dict[str, Any]:
    return {
        "plan_efs_restore": lambda request: restores().plan(request),
        "start_efs_restore": lambda plan, restore_id, caller: restores().start(plan, restore_id, caller),
        "begun_efs_restore": lambda restore_id: restores().begun(restore_id),
        "show_efs_restore": lambda *which: restores().show(*which),
        "saw_efs_directory": lambda *which: restores().saw(*which),
        "cancel_efs_restore": lambda *which: restores().cancel(*which),
        "end_efs_restore": lambda *which: restores().made(*which),
    }


def show_backup(ports: Ports) -> ShowBackup:
    """The service that shows what became of a run."""
    from snapkeep.services.backup.show import ShowBackup

    return ShowBackup(
        ports.journal.runs, ports.journal.points, ports.journal.saved_objects, lost_points(ports)
    )


def request_prune(ports: Ports) -> RequestPrune:
    """The service that rehearses and starts the prunes that callers request."""
    from snapkeep.services.retention.request import RequestPrune

    return RequestPrune(ports.deployment, ports.pruner)


def show_report(ports: Ports) -> ShowReport:
    """The service that links a cluster's report page."""
    from snapkeep.services.report.show import ShowReport

    return ShowReport(ports.deployment, ports.pages)


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
