"""Who may call: the signature's scope, and IAM refusals in API Gateway's own words.

AWS: API Gateway developer guide, "Control access to a REST API with IAM permissions"; a signature for another
service or Region is an InvalidSignatureException; an IAM refusal names the resource, with the account masked,
and goes through the gateway response ACCESS_DENIED. A call to a missing method is refused before IAM is
consulted.
ministack: accepts a signature scoped to any service; its refusal names no resource and ignores gateway
responses.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core import sigv4
from ministack.core.arn import execute_api_arn
from ministack.core.iam_evaluator import AuthError
from ministack.services import apigateway_v1

from sandbox.aws.rest_api import refusals
from sandbox.aws.rest_api.calls import CURRENT, Call

Answer = tuple[int, dict[str, Any], bytes]
INVOKE = "execute-api:Invoke"
LONGEST_ARN = 1600
"""The longest method ARN, in bytes, that API Gateway authorizes; a longer one is a 414.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""


def authorizing(enforce: Callable[..., Answer | None]) -> Callable[..., Answer | None]:
    """Return ministack's check of an execute-api call, with AWS's words."""

    def enforced(
        api: str, stage: str, method: str, path: str, headers: Any, query: Any, iam_action: str = INVOKE
    ) -> Answer | None:
        call = CURRENT.get()
        if call is None:
            return enforce(api, stage, method, path, headers, query, iam_action)
        if apigateway_v1.method_authorization_type(api, stage, method, call.path) != "AWS_IAM":
            return None
        misplaced = _misplaced(call)
        if misplaced:
            return _unauthenticated(call, misplaced)
        if len(_arn(call, path)) > LONGEST_ARN:
            return refusals.respond(call, refusals.too_long())
        denied = enforce(api, stage, method, path, headers, query, iam_action)
        if denied:
            return _in_words(call, path, denied)
        call.identity = apigateway_v1._iam_caller_identity(call.headers, call.query) or {}
        return None

    return enforced


def _misplaced(call: Call) -> AuthError | None:
    """Why the signature's scope does not fit this API, or None."""
    if not call.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256"):
        return None
    signature = sigv4.parse_header_signature(call.headers)
    if isinstance(signature, tuple):
        return None  # ministack names what is missing
    scope = apigateway_v1.find_api_scope(call.api)
    if scope and signature.region != scope[1]:
        return AuthError("SignatureDoesNotMatch", "Credential should be scoped to a valid region. ")
    if signature.service != "execute-api":
        text = "Credential should be scoped to correct service: 'execute-api'. "
        return AuthError("SignatureDoesNotMatch", text)
    return None


def _unauthenticated(call: Call, error: AuthError) -> Answer:
    answer: Answer = apigateway_v1.authentication_error_response(
        call.api, call.stage, error, call.headers, call.query
    )
    return answer


def _in_words(call: Call, path: str, denied: Answer) -> Answer:
    """An IAM refusal becomes ACCESS_DENIED; anything else stays as it is."""
    status, headers, body = denied
    kind = next((value for name, value in headers.items() if name.lower() == "x-amzn-errortype"), "")
    if status != 403 or not kind.startswith("AccessDenied"):
        return denied
    _region, account = _scope(call.api)
    arn = _arn(call, path).replace(f":{account}:", f":********{account[-4:]}:", 1)
    call.identity = apigateway_v1._iam_caller_identity(call.headers, call.query) or {}
    named = f"perform: {INVOKE} on resource: {arn} "
    message = json.loads(body)["message"].replace(f"perform: {INVOKE} ", named)
    return refusals.respond(call, refusals.refusal("ACCESS_DENIED", message, "AccessDeniedException"))


def _arn(call: Call, path: str) -> str:
    region, account = _scope(call.api)
    arn: str = execute_api_arn(region, account, call.api, call.stage, call.method, path)
    return arn


def _scope(api: str) -> tuple[str, str]:
    account, region = apigateway_v1.find_api_scope(api)
    return region, account
