"""The Lambda function behind a method: whether it may be invoked, answers in time, and answers validly.

AWS: API Gateway developer guide, "Output format of a Lambda function for proxy integration" (anything else is
a 502 with "Internal server error"), "Amazon API Gateway quotas" (29 seconds unless the method sets less); a
function needs a resource policy that lets apigateway.amazonaws.com invoke it (Lambda guide, "Invoking a
Lambda function using an Amazon API Gateway endpoint"); an event for a function is at most 6 MB.
ministack: any value is an answer, a failed function's error text reaches the caller, and neither the timeout
nor the function's policy is checked.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from typing import Any, TypeGuard

from ministack.core.arn import execute_api_arn
from ministack.services import apigateway_v1, lambda_svc

from sandbox.aws.rest_api import refusals
from sandbox.aws.rest_api.calls import CURRENT

PRINCIPAL = "apigateway.amazonaws.com"
LAMBDA_PAYLOAD = 6_291_556
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


class NotAnAnswer(Exception):
    """The function failed, was throttled, or answered something invalid; carries API Gateway's error."""

    def __init__(self, error: Any) -> None:
        super().__init__(error.response_type)
        self.error = error


def checked_answer(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """Return the function's answer in the form ministack expects. Raises NotAnAnswer."""
    call = CURRENT.get()
    if result.get("throttle"):
        # "Lambda invocation failed with status: 429" in the execution log; the caller sees a 500.
        raise NotAnAnswer(refusals.misconfigured())
    answer = result.get("body")
    if result.get("error") or not _is_answer(answer):
        raise NotAnAnswer(refusals.malformed())
    if call:
        call.integration_status = 200
    return {**answer, "statusCode": int(answer["statusCode"]), "body": answer.get("body") or ""}, None


def _is_answer(answer: Any) -> TypeGuard[dict[str, Any]]:
    if not isinstance(answer, dict) or not _is_status(answer.get("statusCode")):
        return False
    singles, lists = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    return (
        isinstance(answer.get("body"), str | None)
        and isinstance(answer.get("isBase64Encoded", False), bool)
        and isinstance(singles, dict)
        and all(isinstance(value, str | int | float | bool) for value in singles.values())
        and isinstance(lists, dict)
        and all(isinstance(value, list) for value in lists.values())
    )


def _is_status(value: Any) -> bool:
    text = str(value)
    return not isinstance(value, bool) and text.isascii() and text.isdigit() and 100 <= int(text) <= 599


def guarded(invoke: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Wrap ministack's function invocation with checks of policy, time and size."""

    async def invoked(integration: dict[str, Any], *place: Any, **more: Any) -> Any:
        function = apigateway_v1._extract_lambda_ref_from_integration_uri(integration.get("uri", ""))
        call, began = CURRENT.get(), time.monotonic()
        if call is None:
            return await invoke(integration, *place, **more)
        call.resource_path = place[3]["path"]
        if not may_invoke(function, call.api, call.stage, call.method, call.resource_path):
            return refusals.misconfigured()
        limit = float(integration.get("timeoutInMillis") or 29_000) / 1000
        try:
            return await asyncio.wait_for(invoke(integration, *place, **more), limit)
        except TimeoutError:
            return refusals.timed_out()
        except NotAnAnswer as refused:
            return refused.error
        finally:
            call.integration_ms = round((time.monotonic() - began) * 1000)

    return invoked


def check_size(event: dict[str, Any]) -> None:
    """Raise NotAnAnswer, a 413, if the event is larger than Lambda accepts."""
    if len(json.dumps(event, ensure_ascii=False).encode()) > LAMBDA_PAYLOAD:
        raise NotAnAnswer(refusals.too_large("Request Too Long"))


def may_invoke(function: str, api: str, stage: str, method: str, resource_path: str) -> bool:
    """Whether the function's policy lets this method of this stage invoke it.

    True if the function or the API is unknown: the invocation itself reports that.
    """
    func, _config, _name = lambda_svc._get_func_record_for_ref(function)
    scope = apigateway_v1.find_api_scope(api)
    if not func or not scope:
        return True
    source = execute_api_arn(scope[1], scope[0], api, stage, method, resource_path)
    return any(_allows(each, source) for each in func["policy"]["Statement"])


def _allows(statement: dict[str, Any], source: str) -> bool:
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    if statement.get("Effect") != "Allow" or service not in (PRINCIPAL, "*"):
        return False
    wanted = [
        value
        for operator in (statement.get("Condition") or {}).values()
        for key, value in operator.items()
        if key.lower() == "aws:sourcearn"
    ]
    return all(fnmatchcase(source, pattern) for pattern in wanted)
