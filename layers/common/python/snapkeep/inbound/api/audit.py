"""Publishes every change made through the API, with its caller."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler, NextMiddleware

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.messages import Change
from snapkeep.inbound.api.callers import caller_of, request_id_of
from snapkeep.inbound.api.once import REPLAYED

log = logging.getLogger(__name__)

CHANGING = frozenset({"POST", "PUT", "DELETE"})
READING = "files"
"""The tag of routes whose POSTs change nothing, even when their answers take a while."""

REHEARSED = 200
"""A POST that only rehearsed answers 200; one that changed something 201 or 202."""


class Audited(BaseMiddlewareHandler[ApiGatewayResolver]):
    """Middleware for all routes."""

    def __init__(self, publish: Callable[[Change], None]) -> None:
        self._publish = publish

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Handle the request, and publish the change it made."""
        response: Response[Any] = next_middleware(app)
        event = app.current_event
        if _may_change(app) and _changed_something(event.http_method, response):
            self._tell(
                Change(
                    caller=caller_of(event),
                    method=event.http_method,
                    path=event.path,
                    status=response.status_code,
                    request_id=request_id_of(event),
                    location=str(response.headers.get("Location") or ""),
                )
            )
        return response

    def _tell(self, change: Change) -> None:
        """Publish the change. A failure is only logged: the change was already made and must not look
        refused."""
        log.info("changed by %s: %s %s", change.caller, change.method, change.path)
        try:
            self._publish(change)
        except SnapkeepError as error:
            log.error("the change could not be published: %s", error.reason)


def _may_change(app: ApiGatewayResolver) -> bool:
    """True unless the route only reads, whatever its method."""
    route = app.context.get("_route")
    return app.current_event.http_method in CHANGING and READING not in (route.tags if route else ())


def _changed_something(method: str, response: Response[Any]) -> bool:
    if response.status_code >= 400 or REPLAYED in response.headers:
        return False
    return not (method == "POST" and response.status_code == REHEARSED)
