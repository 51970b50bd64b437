"""Events reach the buses of other Regions and accounts.

AWS: a rule may have a bus of another Region or account as its target, with a role that may put events there;
the event keeps its account, Region, time and id. A bus of another account also asks its own policy, whether
a rule sends or PutEvents names the bus by ARN. Events received from another bus are not sent on to a third
(EventBridge user guide, "Sending and receiving events between AWS Regions", "... between AWS accounts" and
"... between event buses in the same account and Region").
ministack: such a target is dropped with a warning, and PutEvents does not find the bus; PutPermission ignores
a Policy, and its policy names nobody.
"""

import json
import logging
import uuid
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import eventbridge, iam

from sandbox.aws.patches.event_targets import dead_letter
from sandbox.aws.private import require
from sandbox.aws.scope import request_scope
from sandbox.aws.world import World

log = logging.getLogger("sandbox.events")
Item = dict[str, Any]
SERVICE = "events.amazonaws.com"
PUT = "events:PutEvents"
BUS = ":event-bus/"


def install(world: World) -> None:
    """Take over targets that are buses, and PutEvents to buses of other accounts."""
    require(eventbridge, "_invoke_target", "_put_events", "_dispatch_event", "_archive_event", "_event_buses")
    require(eventbridge, "_event_bus_policies", "_events_log_list", "_ensure_default_bus", "get_account_id")
    require(eventbridge, "_put_permission", "get_region", "json_response")
    require(iam, "_roles")
    require(iam_evaluator, "evaluate", "_gather_role_policies", "evaluate_resource_policy", "caller_arn")
    require(iam_evaluator, "_service_principal_matches")
    invoke, put, permit = eventbridge._invoke_target, eventbridge._put_events, eventbridge._put_permission

    def invoke_target(target: Item, event: Item, rule: Item, view: Any = None) -> None:
        if BUS in target["Arn"]:
            _forward(target, event, rule)
        else:
            invoke(target, event, rule, view)

    def put_events(data: Item, **more: Any) -> Any:
        if not any(_is_foreign(each) for each in data.get("Entries", [])):
            return put(data, **more)
        results = [
            _put_on_foreign_bus(world, each)
            if _is_foreign(each)
            else json.loads(put({"Entries": [each]}, **more)[2])["Entries"][0]
            for each in data["Entries"]
        ]
        failed = sum("ErrorCode" in each for each in results)
        return eventbridge.json_response({"FailedEntryCount": failed, "Entries": results})

    def put_permission(data: Item) -> Any:
        if not data.get("Policy"):
            return permit({**data, "Principal": _named(data.get("Principal", "*"))})
        eventbridge._event_bus_policies[data.get("EventBusName", "default")] = json.loads(data["Policy"])
        return eventbridge.json_response({})

    eventbridge._invoke_target = invoke_target
    eventbridge._put_events = put_events
    eventbridge._put_permission = put_permission


def _named(principal: str) -> Any:
    """PutPermission takes an account id; the policy that it writes names that account's root."""
    return principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}


def _forward(target: Item, event: Item, rule: Item) -> None:
    if event.get("_received"):
        log.warning("%s does not send on an event received from another bus", rule["Arn"])
        return
    keys = {
        "aws:sourcearn": rule["Arn"],
        "aws:sourceaccount": rule["Arn"].split(":")[4],
        "events:source": [event["Source"]],
        "events:detail-type": [event["DetailType"]],
    }
    refused = _role_refusal(target, rule) or _bus_refusal(target["Arn"], target.get("RoleArn", ""), keys)
    if refused:
        dead_letter(target, event, rule, *refused)
    else:
        _put(target["Arn"], event)


def _put(bus: str, event: Item) -> None:
    """Dispatch an event on a bus that lets it in; it keeps its account, Region, time and id."""
    _arn, _partition, _service, region, account, name = bus.split(":", 5)
    received = {**event, "EventBusName": name.removeprefix("event-bus/"), "_received": True}
    with request_scope(account, region):
        eventbridge._events_log_list().append(received)
        eventbridge._dispatch_event(received)
        eventbridge._archive_event(received)


def _role_refusal(target: Item, rule: Item) -> tuple[str, str] | None:
    """Why EventBridge may not send in the target's role; without one it may only stay in its own scope."""
    role, account = target.get("RoleArn", ""), rule["Arn"].split(":")[4]
    if not role:
        here = rule["Arn"].split(":")[3:5] == target["Arn"].split(":")[3:5]
        return None if here else ("NO_PERMISSIONS", f"the target {target['Arn']} has no RoleArn")
    name = role.rsplit("/", 1)[-1]
    record = iam._roles.get_scoped(account, None, name)
    trusted = record and _trusts_events(record["AssumeRolePolicyDocument"])
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=PUT,
        resource_arn=target["Arn"],
        region=target["Arn"].split(":")[3],
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    if trusted and iam_evaluator.evaluate(context, policies).decision == "Allow":
        return None
    return "NO_PERMISSIONS", f"{SERVICE} may not assume {role}, or the role may not put events on the bus"


def _trusts_events(trust: Any) -> bool:
    document = json.loads(trust) if isinstance(trust, str) else trust
    statements = document["Statement"]
    return any(
        each["Effect"] == "Allow" and iam_evaluator._service_principal_matches(each.get("Principal"), SERVICE)
        for each in (statements if isinstance(statements, list) else [statements])
    )


def _bus_refusal(bus: str, principal: str, keys: Item) -> tuple[str, str] | None:
    """Why a bus does not let a principal in: its policy need not name its own account."""
    _arn, _partition, _service, region, account, name = bus.split(":", 5)
    with request_scope(account, region):
        eventbridge._ensure_default_bus()
        name = name.removeprefix("event-bus/")
        if name not in eventbridge._event_buses:
            return "RESOURCE_NOT_FOUND", f"the event bus {bus} does not exist"
        policy = eventbridge._event_bus_policies.get(name)
    owner = principal.split(":")[4] if principal else account
    context = iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=owner,
        action=PUT,
        resource_arn=bus,
        region=region,
        service_context=keys,
    )
    decision = iam_evaluator.evaluate_resource_policy(policy, context).decision
    if decision == "Allow" or (decision != "Deny" and owner == account):
        return None
    return "NO_PERMISSIONS", f"the policy of {bus} does not let {principal} put events"


def _is_foreign(entry: Item) -> bool:
    """True for a bus of another account in this Region; PutEvents reaches no other Region."""
    bus = str(entry.get("EventBusName") or "").split(":")
    here = eventbridge.get_region()
    return len(bus) > 4 and bus[3] == here and bus[4] != eventbridge.get_account_id()


def _put_on_foreign_bus(world: World, entry: Item) -> Item:
    source = str(entry.get("Source", ""))
    if source.startswith("aws."):
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    keys = {"events:source": [source], "events:detail-type": [entry.get("DetailType", "")]}
    refused = _bus_refusal(entry["EventBusName"], iam_evaluator.caller_arn(), keys)
    if refused:
        code = "AccessDeniedException" if refused[0] == "NO_PERMISSIONS" else "ResourceNotFoundException"
        return {"ErrorCode": code, "ErrorMessage": refused[1]}
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": entry.get("DetailType", ""),
        "Detail": entry.get("Detail", "{}"),
        "Time": int(world.told_time().timestamp()),
        "Resources": entry.get("Resources", []),
        "Account": eventbridge.get_account_id(),
        "Region": eventbridge.get_region(),
    }
    _put(entry["EventBusName"], event)
    return {"EventId": event["EventId"]}
