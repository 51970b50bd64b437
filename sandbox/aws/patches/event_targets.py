"""A rule reaches a queue, topic or function only if that target lets EventBridge in.

AWS: the target's policy must allow events.amazonaws.com, usually for one rule (aws:SourceArn); an event that
cannot be delivered goes to the target's dead-letter queue with ERROR_CODE, ERROR_MESSAGE, RULE_ARN and
TARGET_ARN (EventBridge guide "Using resource-based policies", "Using dead-letter queues").
ministack: delivers without asking, so a forgotten policy goes unnoticed.
"""

import json
import logging
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import eventbridge, lambda_svc, sns, sqs

from sandbox.aws.patches.lambda_async import send_to_queue
from sandbox.aws.private import require
from sandbox.aws.world import World

log = logging.getLogger("sandbox.events")
ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "lambda": "lambda:InvokeFunction"}


def install(_world: World) -> None:
    """Check the target's policy before invoking a rule's target."""
    require(eventbridge, "_invoke_target")
    require(iam_evaluator, "evaluate_resource_policy", "EvalContext")
    require(sqs, "_queue_by_arn")
    require(sns, "_topics")
    require(lambda_svc, "function_policy_for_arn")
    invoke = eventbridge._invoke_target

    def invoke_target(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        if _lets_in(target["Arn"], rule["Arn"]):
            invoke(target, event, rule, view)
        else:
            reason = f"the policy of {target['Arn']} does not let events.amazonaws.com in for {rule['Arn']}"
            dead_letter(target, event, rule, "NO_PERMISSIONS", reason)

    eventbridge._invoke_target = invoke_target


def _lets_in(target: str, rule: str) -> bool:
    _arn, _partition, service, region, account, _resource = target.split(":", 5)
    if service not in ACTIONS:
        return True
    context = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account=account,
        action=ACTIONS[service],
        resource_arn=target,
        region=region,
        service_context={"aws:sourcearn": rule, "aws:sourceaccount": rule.split(":")[4]},
    )
    policy = _policy(service, target)
    decision = iam_evaluator.evaluate_resource_policy(
        policy, context, service="events.amazonaws.com"
    ).decision
    return bool(decision == "Allow")


def _policy(service: str, target: str) -> Any:
    if service == "sqs":
        return (sqs._queue_by_arn(target) or {"attributes": {}})["attributes"].get("Policy")
    if service == "sns":
        return (sns._topics.get(target) or {"attributes": {}})["attributes"].get("Policy")
    return (lambda_svc.function_policy_for_arn(target) or [None])[0]


def dead_letter(
    target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], code: str, reason: str
) -> None:
    """Put an event that could not be delivered on the target's dead-letter queue, if it has one."""
    log.warning("an event was not delivered: %s", reason)
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        attributes = {
            "ERROR_CODE": code,
            "ERROR_MESSAGE": reason,
            "RULE_ARN": rule["Arn"],
            "TARGET_ARN": target["Arn"],
        }
        body = eventbridge._pattern_event_view(event).event_with_detail()
        send_to_queue(queue, json.dumps(body), attributes)
