"""Answer calls to a REST API's stage as AWS does; see each module in sandbox/aws/rest_api.

The sandbox's AWS serves the API at http://127.0.0.1:PORT/_aws/execute-api/ID/STAGE/PATH.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app
from ministack.services import apigateway_v1, cloudwatch_logs, lambda_svc

from sandbox.aws.private import require
from sandbox.aws.rest_api import access_log, callers, events, integration, refusals
from sandbox.aws.rest_api.calls import CURRENT, Call, raw_below
from sandbox.aws.world import World

Answer = tuple[int, dict[str, Any], Any]
LARGEST = 10 * 1024 * 1024
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""


def install(_world: World) -> None:
    """Insert our code in front of the data plane and into its steps."""
    require(app, "_handle_execute_api_request", "_parse_execute_api_url", "_enforce_execute_api")
    require(apigateway_v1, "handle_execute", "find_api_scope", "stages_for_api", "method_authorization_type")
    require(apigateway_v1, "_build_lambda_event_v1", "_invoke_lambda_proxy_v1", "_lambda_proxy_response")
    require(apigateway_v1, "_gateway_error_response", "_GatewayError", "_deployed_gateway_responses")
    require(apigateway_v1, "_iam_caller_identity", "_extract_lambda_ref_from_integration_uri")
    require(apigateway_v1, "authentication_error_response")
    require(cloudwatch_logs, "_create_log_stream", "_put_log_events")
    require(lambda_svc, "_get_func_record_for_ref")
    app._handle_execute_api_request = _in_front(app._handle_execute_api_request)
    app._enforce_execute_api = callers.authorizing(app._enforce_execute_api)
    apigateway_v1._gateway_error_response = _noted(apigateway_v1._gateway_error_response)
    apigateway_v1._build_lambda_event_v1 = _shaped(apigateway_v1._build_lambda_event_v1)
    apigateway_v1._lambda_proxy_response = integration.checked_answer
    apigateway_v1._invoke_lambda_proxy_v1 = integration.guarded(apigateway_v1._invoke_lambda_proxy_v1)
    apigateway_v1.handle_execute = _undecoded(apigateway_v1.handle_execute)
    apigateway_v1.method_authorization_type = _undecoded_type(apigateway_v1.method_authorization_type)


def _in_front(handle: Callable[..., Awaitable[Answer | None]]) -> Callable[..., Awaitable[Answer | None]]:
    async def answered(
        host: str, path: str, method: str, headers: Any, body: bytes, query: Any, **more: Any
    ) -> Answer | None:
        place = app._parse_execute_api_url(host, path)
        if place is None or apigateway_v1.find_api_scope(place[0]) is None:
            return await handle(host, path, method, headers, body, query, **more)
        api, stage, below = place
        raw = raw_below(more.get("raw_path") or path, path, below)
        call = Call(api, stage, method, raw, headers, query)
        token = CURRENT.set(call)
        try:
            answer = await _answer(
                call, body, lambda: handle(host, path, method, headers, body, query, **more)
            )
        finally:
            CURRENT.reset(token)
        status, found, content = answer
        found = {name: value for name, value in found.items() if name.lower() != "x-amzn-requestid"}
        access_log.write(call, status, len(content))
        return status, {**found, "x-amzn-requestid": call.request_id}, content

    return answered


async def _answer(call: Call, body: bytes, handle: Callable[[], Awaitable[Answer | None]]) -> Answer:
    if len(body or b"") > LARGEST and call.stage_settings():
        return refusals.respond(call, refusals.too_large(f"HTTP content length exceeded {LARGEST} bytes."))
    answer = await handle()
    assert answer is not None, "an execute-api path is always answered"
    return answer


def _noted(respond: Callable[..., Answer]) -> Callable[..., Answer]:
    """Render an error with the call's own id and status, and record it for the access log."""

    def rendered(error: Any, request: dict[str, Any]) -> Answer:
        call = CURRENT.get()
        if call:
            request["request_id"] = call.request_id
            call.resource_path = request["resource_path"] or call.resource_path
            call.error_type, call.error_message = error.response_type, error.message or ""
        status, headers, body = respond(error, request)
        return refusals.own_status(error, request) or status, headers, body

    return rendered


def _shaped(build: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def built(api: str, stage: str, settings: Any, resource: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        event = build(api, stage, settings, resource, *rest, **more)
        call = CURRENT.get()
        if call is None:
            return event
        shaped = events.as_rest_event(event, call)
        integration.check_size(shaped)
        return shaped

    return built


def _undecoded(execute: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """Route by the path as sent: an encoded slash does not separate segments."""

    async def executed(api: str, stage: str, method: str, path: str, *rest: Any) -> Answer:
        call = CURRENT.get()
        return await execute(api, stage, method, call.path if call else path, *rest)

    return executed


def _undecoded_type(kind: Callable[..., str | None]) -> Callable[..., str | None]:
    def found(api: str, stage: str, method: str, path: str) -> str | None:
        call = CURRENT.get()
        return kind(api, stage, method, call.path if call else path)

    return found
