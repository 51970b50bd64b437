"""API Gateway's own answers, as problem+json like all others.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway

UNSIGNED = "The request is not signed correctly, or there is no such route (API Gateway does not say which)."
SIGN = (
    "Sign with AWS Signature Version 4 for the service execute-api, in the API's Region; "
    "GET /v1/openapi.json names the routes."
)


@dataclass(frozen=True)
class GatewayProblem:
    """One kind of answer by API Gateway; without `detail` its own message is used."""

    status: int
    code: str
    title: str
    fix: str
    detail: str = ""

    def template(self) -> str:
        """The body; `$context.error.messageString` is a JSON string including its quotes."""
        detail = f'"{self.detail}"' if self.detail else "$context.error.messageString"
        return (
            f'{{"type":"urn:snapkeep:error:{self.code}","title":"{self.title}","status":{self.status},'
            f'"code":"{self.code}","detail":{detail},"fix":"{self.fix}","request_id":"$context.requestId"}}'
        )


AGAIN = "Try again in a moment with the same Idempotency-Key."

PROBLEMS: Mapping[str, GatewayProblem] = {
    "MISSING_AUTHENTICATION_TOKEN": GatewayProblem(401, "unauthenticated", "Unauthorized", SIGN, UNSIGNED),
    "INVALID_SIGNATURE": GatewayProblem(401, "unauthenticated", "Unauthorized", SIGN),
    "EXPIRED_TOKEN": GatewayProblem(401, "unauthenticated", "Unauthorized", "Refresh the credentials."),
    "ACCESS_DENIED": GatewayProblem(
        403, "forbidden", "Forbidden", "Ask for execute-api:Invoke on this path and method."
    ),
    "BAD_REQUEST_BODY": GatewayProblem(400, "malformed_json", "Bad Request", "Send a JSON object."),
    "BAD_REQUEST_PARAMETERS": GatewayProblem(
        400, "invalid_request", "Bad Request", "GET /v1/openapi.json describes every parameter."
    ),
    "REQUEST_TOO_LARGE": GatewayProblem(413, "too_large", "Content Too Large", "Send a smaller body."),
    "UNSUPPORTED_MEDIA_TYPE": GatewayProblem(
        415, "unsupported_media_type", "Unsupported Media Type", "Send Content-Type: application/json."
    ),
    "THROTTLED": GatewayProblem(429, "throttled", "Too Many Requests", AGAIN),
    "QUOTA_EXCEEDED": GatewayProblem(429, "throttled", "Too Many Requests", AGAIN),
    "INTEGRATION_TIMEOUT": GatewayProblem(504, "took_too_long", "Gateway Timeout", AGAIN),
    "INTEGRATION_FAILURE": GatewayProblem(503, "unavailable", "Service Unavailable", AGAIN),
    "DEFAULT_5XX": GatewayProblem(
        500, "internal", "Internal Server Error", "Read the log of the api function for this request id."
    ),
}
"""The problem for each gateway response type."""


def add_gateway_problems(api: apigateway.RestApi) -> None:
    """Turn API Gateway's own answers into problems; other client errors keep their status."""
    for kind, problem in PROBLEMS.items():
        _add(api, kind, problem.template(), str(problem.status))
    others = '{"type":"about:blank","code":"invalid_request","detail":$context.error.messageString,'
    _add(api, "DEFAULT_4XX", others + '"fix":"","request_id":"$context.requestId"}')


def _add(api: apigateway.RestApi, kind: str, template: str, status: str | None = None) -> None:
    headers = {"Content-Type": "'application/problem+json'"}
    if status in ("429", "503"):
        headers["Retry-After"] = "'2'"
    api.add_gateway_response(
        kind.title().replace("_", ""),
        type=apigateway.ResponseType.of(kind),
        status_code=status,
        response_headers=headers,
        templates={"application/json": template},
    )
