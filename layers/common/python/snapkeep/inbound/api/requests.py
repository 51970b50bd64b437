"""Checks every request beyond its fields: the body must be declared as JSON, and unknown parameters are
refused.

Powertools would also accept forms, and ignore a misspelt parameter.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
)
from aws_lambda_powertools.event_handler.types import EventHandlerInstance

from snapkeep.inbound.api.problems import Problem, routes_of

JSON = "application/json"
UNKNOWN = "is not a parameter of this path"


class StrictRequests(OpenAPIRequestValidationMiddleware):
    """Validates requests, whose bodies must be JSON objects. An empty body counts as absent."""

    def handler(self, app: EventHandlerInstance, next_middleware: NextMiddleware) -> Response[Any]:
        """Refuse parameters that the route does not know, then validate the others."""
        route = app.context["_route"]
        known = {field.alias for field in route.dependant.query_params}
        strange = sorted(set(app.current_event.resolved_query_string_parameters or {}) - known)
        if strange and route in routes_of(app):
            names = [name[:100] for name in strange[:10]]
            listed = ", ".join(map(repr, names))
            raise Problem(
                422,
                "invalid_request",
                f"this path has no parameter {listed}; it has {', '.join(sorted(known)) or 'none'}",
                "GET /v1/openapi.json describes every parameter.",
                more={"errors": [{"where": name, "problem": UNKNOWN} for name in names]},
            )
        response: Response[Any] = super().handler(app, next_middleware)
        return response

    def _get_body(self, app: EventHandlerInstance) -> dict[str, Any]:
        sent = app.current_event.headers.get("content-type", "")
        media_type = str(sent).partition(";")[0].strip().lower()
        if media_type not in ("", JSON):
            raise Problem(
                415,
                "unsupported_media_type",
                f"the body is {media_type[:100]} by its Content-Type, not JSON",
                f"Send Content-Type: {JSON}.",
            )
        try:
            body = app.current_event.json_body
        except (ValueError, RecursionError) as error:
            raise Problem(
                400, "malformed_json", "the body is not JSON", "Send a JSON object as the body."
            ) from error
        if body is not None and not isinstance(body, dict):
            shown = json.dumps(body)[:100]
            detail = f"the body is not a JSON object: {shown}"
            more = {"errors": [{"where": "body", "problem": "must be a JSON object"}]}
            raise Problem(
                422, "invalid_request", detail, "GET /v1/openapi.json describes every field.", more=more
            )
        return body or {}
