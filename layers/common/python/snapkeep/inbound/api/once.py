"""Carries out a POST once per Idempotency-Key: sent again, it gets the same response.

A key applies to one role or user and one path, whichever session signed the request. A response is remembered
for a day; a problem is not, so that a refused request can be sent again once its cause is fixed.
https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler, NextMiddleware
from aws_lambda_powertools.utilities.idempotency import (
    BasePersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from snapkeep.inbound.api.callers import header, request_identity

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""The header of a remembered response: nothing was done this time."""

REMEMBERED_FOR = timedelta(days=1)


class Once(BaseMiddlewareHandler[ApiGatewayResolver]):
    """Middleware for routes that change something."""

    def __init__(self, store: BasePersistenceLayer) -> None:
        self._store = store

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Carry out the request, or repeat its earlier response; Powertools raises for keys in use."""
        event = app.current_event
        request = {"key": request_identity(event, header(event, KEY)), "body": event.json_body}
        config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="body",
            expires_after_seconds=int(REMEMBERED_FOR.total_seconds()),
            hash_function="sha256",
            raise_on_no_idempotency_key=True,
            lambda_context=app.lambda_context,
        )
        done: list[bool] = []

        def act(*, request: dict[str, Any]) -> dict[str, Any]:
            done.append(True)
            return _remembered(next_middleware(app))

        do = idempotent_function(
            act,
            data_keyword_argument="request",
            persistence_store=self._store,
            config=config,
            key_prefix="api",
        )
        return _response(do(request=request), replayed=not done)


def _remembered(response: Response[Any]) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "type": response.headers.get("Content-Type"),
        "headers": {name: value for name, value in response.headers.items() if name != "Content-Type"},
        "body": response.body,
    }


def _response(known: dict[str, Any], replayed: bool) -> Response[Any]:
    headers = dict(known["headers"]) | ({REPLAYED: "true"} if replayed else {})
    return Response(
        status_code=int(known["status"]),
        content_type=known["type"],
        headers=headers,
        body=known["body"],
    )
