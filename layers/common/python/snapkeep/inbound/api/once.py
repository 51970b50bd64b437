"""A POST under one Idempotency-Key is done once: sent again, it gets the same answer.

The key counts for one role or user and one path, whichever session signed the request. An answer is
remembered for a day; a problem is not, so that a refused wish can be sent again once its cause is mended.
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

from snapkeep.inbound.api.callers import header, wish_of

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""The header of an answer that was remembered: nothing was done this time."""

REMEMBERED_FOR = timedelta(days=1)


class Once(BaseMiddlewareHandler[ApiGatewayResolver]):
    """Middleware for routes that change something."""

    def __init__(self, store: BasePersistenceLayer) -> None:
        self._store = store

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Do the request, or answer what it was answered before; Powertools raises for keys in use."""
        event = app.current_event
        wish = {"key": wish_of(event, header(event, KEY)), "body": event.json_body}
        config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="body",
            expires_after_seconds=int(REMEMBERED_FOR.total_seconds()),
            hash_function="sha256",
            raise_on_no_idempotency_key=True,
            lambda_context=app.lambda_context,
        )
        done: list[bool] = []

        def act(*, wish: dict[str, Any]) -> dict[str, Any]:
            done.append(True)
            return _remembered(next_middleware(app))

        do = idempotent_function(
            act,
            data_keyword_argument="wish",
            persistence_store=self._store,
            config=config,
            key_prefix="api",
        )
        return _response(do(wish=wish), replayed=not done)


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
