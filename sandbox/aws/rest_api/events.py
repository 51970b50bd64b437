"""The event for a Lambda proxy integration, in the format of REST APIs.

AWS: API Gateway developer guide, "Input format of a Lambda function for proxy integration". Path and path
parameters keep their percent-encoding and query parameters are decoded (captured from REST APIs:
github.com/middleapi/standard-server/pull/93, github.com/serverless/serverless/issues/5037). The header
`Authorization` is not passed on if it holds the signature ("Amazon API Gateway important notes").
ministack: adds `version`, which only HTTP APIs send, decodes the path, leaves out the domain, the deployment
and the identity's empty fields, passes the signature on and writes header names in lower case, unlike any
HTTP/1.1 client.
"""

import secrets
import time
from typing import Any

from sandbox.aws.rest_api.calls import Call

IDENTITY = (
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "sourceIp",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "userAgent",
    "user",
)


def as_rest_event(event: dict[str, Any], call: Call) -> dict[str, Any]:
    """Return ministack's event in a REST API's format, and record the caller in `call`."""
    headers = _headers(call)
    context = event["requestContext"]
    found = context["identity"]
    # A local caller cannot pretend to be elsewhere: AWS uses the connection's address.
    found["sourceIp"] = "127.0.0.1"
    found["userAgent"] = call.headers.get("user-agent") or None
    call.identity = {name: found.get(name) for name in IDENTITY}
    deployment = call.stage_settings().get("deploymentId")
    query = event["multiValueQueryStringParameters"]
    more = {
        "requestId": call.request_id,
        "extendedRequestId": secrets.token_urlsafe(11) + "=",
        "identity": call.identity,
        "domainName": call.domain,
        "domainPrefix": call.api,
        "deploymentId": deployment,
    }
    shaped = {
        **event,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        # For a repeated parameter the last value counts here; the other field holds all of them.
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "requestContext": {**context, **more},
    }
    shaped.pop("version", None)
    return shaped


def _headers(call: Call) -> dict[str, str]:
    signed = call.headers.get("authorization", "").startswith("AWS4-")
    kept = {
        _cased(name): value
        for name, value in call.headers.items()
        if name != "content-length" and not (signed and name == "authorization")
    }
    trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    forwarded = call.headers.get("x-forwarded-for")
    return {
        **kept,
        "X-Amzn-Trace-Id": trace,
        "X-Forwarded-For": f"{forwarded}, 127.0.0.1" if forwarded else "127.0.0.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }


def _cased(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
