"""Count calls, and inject the faults that the control endpoint requests.

AWS: calls are throttled (RequestLimitExceeded), refused for a while (SnapshotCreationPerVolumeRateExceeded)
or carried out with their answer lost on the way (EC2 API "Query API request rate", "Error codes").
ministack: nothing ever fails by itself. Calls that the caller may not make are neither counted nor failed:
they never reach the service.
"""

from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import iam_actions, responses

from sandbox.aws import ec2_answers
from sandbox.aws.private import require
from sandbox.aws.world import Fault, World

Answer = tuple[int, dict[str, str], bytes]


def install(world: World) -> None:
    """Put a counter and the faults in front of every service."""
    require(app, "SERVICE_HANDLERS", "_routing_params")
    require(iam_actions, "extract_iam_action")
    require(responses, "get_region")
    for service, handler in list(app.SERVICE_HANDLERS.items()):
        app.SERVICE_HANDLERS[service] = _with_faults(world, service, handler)


def _with_faults(world: World, service: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        params = app._routing_params(method, path, headers, body, query)
        action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
        if action is None:
            return await handler(method, path, headers, body, query)
        region = responses.get_region()
        if region in world.settings.lost_regions:
            return _error(service, Fault(action, "ServiceUnavailable", f"{region} does not answer.", 503))
        with world.lock:
            world.calls[region, action] += 1
        fault = world.faults.take(action, (body or b"").decode(errors="replace"), region)
        if fault is None or fault.after:
            answer = await handler(method, path, headers, body, query)
        return answer if fault is None else _error(service, fault)

    return handle


def _error(service: str, fault: Fault) -> Answer:
    answer: Answer
    if service == "ec2":
        answer = ec2_answers.error(fault.code, fault.message, fault.status)
    elif service in ("sns", "iam", "sts", "cloudformation"):
        answer = responses.error_response_xml(fault.code, fault.message, fault.status)
    else:
        answer = responses.error_response_json(fault.code, fault.message, fault.status)
    return answer
