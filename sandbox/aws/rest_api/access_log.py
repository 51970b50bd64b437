"""One line per call in the log group that a stage names.

AWS: API Gateway developer guide, "Set up CloudWatch logging for REST APIs" and "Variables for access logging
for API Gateway"; a variable without a value is written as `-`.
ministack: stores the setting but writes nothing.
"""

import re
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, cloudwatch_logs

from sandbox.aws.rest_api.calls import Call

_VARIABLE = re.compile(r"\$context\.([A-Za-z]+(?:[.-][A-Za-z]+)*)|\$\{context\.([A-Za-z.]+)\}")


def write(call: Call, status: int, length: int) -> None:
    """Write the line if the call's stage has an access log."""
    setting = call.stage_settings().get("accessLogSettings") or {}
    destination = setting.get("destinationArn") or ""
    scope = apigateway_v1.find_api_scope(call.api)
    if ":log-group:" not in destination or scope is None:
        return
    with request_scope(*scope):
        values = {**_facts(call, status, length), "accountId": scope[0]}
        group = destination.split(":log-group:", 1)[1].removesuffix(":*")
        stream = call.request_id.replace("-", "")
        place = {"logGroupName": group, "logStreamName": stream}
        event = {"timestamp": int(time.time() * 1000), "message": _line(setting.get("format") or "", values)}
        cloudwatch_logs._create_log_stream(place)
        cloudwatch_logs._put_log_events({**place, "logEvents": [event]})


def _line(form: str, values: dict[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found = values.get(match[1] or match[2])
        return "-" if found in (None, "") else str(found)

    return _VARIABLE.sub(value, form)


def _facts(call: Call, status: int, length: int) -> dict[str, Any]:
    identity = {f"identity.{name}": value for name, value in call.identity.items()}
    address = {"identity.sourceIp": "127.0.0.1", "identity.userAgent": call.headers.get("user-agent")}
    return {
        **address,
        **identity,
        "apiId": call.api,
        "stage": call.stage,
        "httpMethod": call.method,
        "resourcePath": call.resource_path,
        "path": f"/{call.stage}{call.path}",
        "protocol": "HTTP/1.1",
        "domainName": call.domain,
        "domainPrefix": call.api,
        "deploymentId": call.stage_settings().get("deploymentId"),
        "requestId": call.request_id,
        "requestTime": call.started.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(call.started.timestamp() * 1000),
        "status": status,
        "responseLength": length,
        "responseLatency": round((time.time() - call.started.timestamp()) * 1000),
        "integrationLatency": call.integration_ms,
        "integrationStatus": call.integration_status,
        "integration.status": call.integration_status,
        "integration.latency": call.integration_ms,
        "error.responseType": call.error_type,
        "error.message": call.error_message,
        "error.messageString": f'"{call.error_message}"' if call.error_message else "",
    }
