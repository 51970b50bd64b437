"""The API's OpenAPI 3.1 description, generated from the routes and their models."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver

TITLE = "Snapkeep"
VERSION = "1"
PATH = "/v1/openapi.json"
SECURITY = "sigv4"
TEXT = """Backups of Kubernetes volumes on Amazon EKS: recovery points, restores, backups on demand.

Requests are signed with AWS Signature Version 4 for the service `execute-api`. Every POST carries an
`Idempotency-Key`; problems are `application/problem+json` (RFC 9457) with a stable `code` and a `fix`."""


def add_description(app: ApiGatewayResolver) -> None:
    """Serve the description; the route itself is not in it."""

    @app.get(PATH, include_in_schema=False)
    def describe() -> Response[str]:
        return Response(status_code=200, content_type="application/json", body=json.dumps(description(app)))


def description(app: ApiGatewayResolver) -> dict[str, Any]:
    """The OpenAPI document as a JSON-ready dict."""
    text = app.get_openapi_json_schema(title=TITLE, version=VERSION, description=TEXT)
    document: dict[str, Any] = json.loads(text)
    document["components"]["securitySchemes"] = {
        SECURITY: {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": "AWS Signature Version 4 for `execute-api`",
        }
    }
    document["security"] = [{SECURITY: []}]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["operationId"] = _operation_id(operation["operationId"])
    return document


def _operation_id(generated: str) -> str:
    """The name of the route's function in camel case, which generated clients use: `listPoints`.

    Powertools adds the path and the method behind it.
    """
    first, *others = generated.partition("_v1_")[0].split("_")
    return first + "".join(word.capitalize() for word in others)
