"""API Gateway's own answers, through the gateway responses of the stage's deployment.

AWS: API Gateway developer guide, "Gateway response types for API Gateway"; a gateway response without its own
status code keeps the error's status.
"""

from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1

from sandbox.aws.rest_api.calls import Call

Answer = tuple[int, dict[str, Any], bytes]
INTERNAL = "InternalServerErrorException"


def refusal(kind: str, message: str, error_type: str = "", status: int = 0) -> Any:
    """Return an API Gateway error; pass `status` if it differs from the one for its type."""
    error = apigateway_v1._GatewayError(kind, message, error_type or None)
    error.status = status
    return error


def malformed() -> Any:
    """The function failed or gave an invalid answer: 502, and none of its text gets out."""
    return refusal("DEFAULT_5XX", "Internal server error", INTERNAL, 502)


def misconfigured() -> Any:
    """The function does not exist, or API Gateway may not invoke it: 500."""
    return refusal("API_CONFIGURATION_ERROR", "Internal server error", INTERNAL)


def timed_out() -> Any:
    """The integration took longer than its timeout: 504."""
    return refusal("INTEGRATION_TIMEOUT", "Endpoint request timed out", INTERNAL)


def too_large(message: str) -> Any:
    """The request is larger than API Gateway or Lambda accepts: 413."""
    return refusal("REQUEST_TOO_LARGE", message, "RequestTooLargeException")


def too_long() -> Any:
    """The path yields an ARN that API Gateway does not authorize: 414."""
    return refusal("DEFAULT_4XX", "Request URI too long", status=414)


def respond(call: Call, error: Any) -> Answer:
    """Return the answer to a refused call."""
    scope = apigateway_v1.find_api_scope(call.api)
    with request_scope(*scope):
        answer: Answer = apigateway_v1._gateway_error_response(error, call.as_request())
    return answer


def own_status(error: Any, request: dict[str, Any]) -> int:
    """Return an error's status if it differs from its type's and no gateway response replaces it."""
    status = getattr(error, "status", 0)
    if not status:
        return 0
    deployment = request["stage"].get("deploymentId")
    customized = apigateway_v1._deployed_gateway_responses.get(request["api_id"], {}).get(deployment) or {}
    family = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
    chosen = customized.get(error.response_type) or customized.get(family) or {}
    return 0 if chosen.get("statusCode") else int(status)
