"""Assembles the API: one resolver, the routes, and the middleware."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

from snapkeep.inbound.api.audit import Audited
from snapkeep.inbound.api.description import add_description
from snapkeep.inbound.api.once import Once
from snapkeep.inbound.api.problems import add_problem_handlers
from snapkeep.inbound.api.requests import StrictRequests
from snapkeep.inbound.api.resolver import RestResolver
from snapkeep.inbound.api.routes.backups import backup_routes
from snapkeep.inbound.api.routes.borrowed import borrowed_routes
from snapkeep.inbound.api.routes.checks import check_routes
from snapkeep.inbound.api.routes.clusters import cluster_routes
from snapkeep.inbound.api.routes.copies import copy_routes
from snapkeep.inbound.api.routes.coverage import coverage_routes
from snapkeep.inbound.api.routes.efs_restores import efs_restore_routes
from snapkeep.inbound.api.routes.files import file_routes
from snapkeep.inbound.api.routes.holds import hold_routes
from snapkeep.inbound.api.routes.loans import loan_routes
from snapkeep.inbound.api.routes.objects import object_routes
from snapkeep.inbound.api.routes.points import point_routes
from snapkeep.inbound.api.routes.prune import prune_routes
from snapkeep.inbound.api.routes.reports import report_routes
from snapkeep.inbound.api.routes.restores import restore_routes
from snapkeep.inbound.api.routes.trials import trial_routes
from snapkeep.inbound.api.routes.vault import vault_routes

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer

    from snapkeep.inbound.api.actions import Actions
    from snapkeep.inbound.api.routing import Routes

ROUTES: Sequence[Routes] = (
    cluster_routes,
    coverage_routes,
    point_routes,
    hold_routes,
    check_routes,
    file_routes,
    copy_routes,
    loan_routes,
    borrowed_routes,
    restore_routes,
    efs_restore_routes,
    backup_routes,
    object_routes,
    prune_routes,
    report_routes,
    trial_routes,
    vault_routes,
)


def application(
    actions: Actions,
    open_store: Callable[[], BasePersistenceLayer],
    resolver: ApiGatewayResolver | None = None,
) -> ApiGatewayResolver:
    """The API over these actions; `open_store` returns the store that remembers responses by Idempotency-Key.

    The resolver is API Gateway's unless another one, with validation on, is given.
    """
    app = resolver if resolver is not None else RestResolver(enable_validation=True)
    app._request_validation_middleware = StrictRequests()  # type: ignore[no-untyped-call]
    app.use(middlewares=[Audited(actions.publish_change)])
    add_problem_handlers(app)
    once = Once(open_store)
    for routes in ROUTES:
        app.include_router(routes(actions, once))
    add_description(app)
    return app
