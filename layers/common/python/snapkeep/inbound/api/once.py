"""Carries out a POST once per Idempotency-Key: sent again, it gets the same response.

A key applies to one role or user and one path, whichever session signed the request. A response is remembered
for a day; a problem is not, so that a refused request can be sent again once its cause is fixed.
https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import BaseMiddlewareHandler, NextMiddleware

from snapkeep.inbound.api.callers import header, request_identity
from snapkeep.inbound.api.problems import RETRY_LATER, Problem

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer

log = logging.getLogger(__name__)

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""The header of a remembered response: nothing was done this time."""

REMEMBERED_FOR = timedelta(days=1)


class Once(BaseMiddlewareHandler[ApiGatewayResolver]):
    """Middleware for routes that change something.

    Requests that only read do not wait for the imports: Powertools' idempotency imports boto3.
    """

    def __init__(self, open_store: Callable[[], BasePersistenceLayer]) -> None:
        self._store = cache(open_store)

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Carry out the request, or repeat its earlier response. Raises Problem for a key that is in use, or
        was used for another request."""
        from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function

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
            persistence_store=self._store(),
            config=config,
            key_prefix="api",
        )
        return _response(_done(do, request), replayed=not done)


def _done(do: Callable[..., dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """The new or remembered response; Powertools' errors become problems."""
    from aws_lambda_powertools.utilities.idempotency import exceptions

    try:
        return do(request=request)
    except exceptions.IdempotencyValidationError as error:
        raise Problem(
            422,
            "idempotency_key_reused",
            "this Idempotency-Key was used for a request with another body",
            "Send a new key with a new request.",
        ) from error
    except exceptions.IdempotencyAlreadyInProgressError as error:
        raise Problem(
            409,
            "request_in_progress",
            "a request with this Idempotency-Key is still in progress",
            "Send it again in a few seconds to get its answer.",
            headers={"Retry-After": "2"},
        ) from error
    except exceptions.IdempotencyPersistenceLayerError as error:
        log.error("the store of idempotency keys failed", exc_info=error)
        detail = "the journal that remembers Idempotency-Keys did not answer"
        raise Problem(503, "unavailable", detail, RETRY_LATER, headers={"Retry-After": "5"}) from error


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
