"""CloudFormation makes rules for other buses, and the policies of buses.

AWS: a target that is a bus of another Region or account needs a RoleArn; AWS::Events::EventBusPolicy puts one
statement on a bus (CloudFormation template reference).
ministack: any target is accepted when a rule is created, and the policy is an unrecognized type.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

Props = dict[str, Any]
Made = tuple[str, dict[str, Any]]
RULE, POLICY = "AWS::Events::Rule", "AWS::Events::EventBusPolicy"


def install(_world: World) -> None:
    """Check the targets of a new rule, and add the policy's type."""
    require(eventbridge, "_validate_target_arn", "_event_bus_policies", "_ensure_default_bus", "_event_buses")
    require(eventbridge, "get_region", "get_account_id")
    handlers = provisioners._RESOURCE_HANDLERS
    require_keys(handlers, "provisioners._RESOURCE_HANDLERS", RULE)
    handlers[RULE]["create"] = _checked(handlers[RULE]["create"])
    handlers[POLICY] = {"create": _create_policy, "update": _update_policy, "delete": _delete_policy}


def _checked(create: Callable[[str, Props, str], Made]) -> Callable[[str, Props, str], Made]:
    def created(logical_id: str, props: Props, stack: str) -> Made:
        for target in props.get("Targets", []):
            if refused := eventbridge._validate_target_arn(target):
                raise ValueError(f"{target['Arn']}: {json.loads(refused[2])['message']}")
        return create(logical_id, props, stack)

    return created


def _create_policy(_logical_id: str, props: Props, _stack: str) -> Made:
    bus = props.get("EventBusName") or "default"
    eventbridge._ensure_default_bus()
    if bus not in eventbridge._event_buses:
        raise ValueError(f"the event bus {bus} does not exist")
    _put_statement(bus, {**props["Statement"], "Sid": props["StatementId"]})
    return f"{bus}|{props['StatementId']}", {}


def _update_policy(physical_id: str, old: Props, new: Props, stack: str) -> Made:
    _delete_policy(physical_id, old)
    return _create_policy("", new, stack)


def _delete_policy(physical_id: str, _props: Props) -> None:
    bus, statement_id = physical_id.split("|")
    _put_statement(bus, {"Sid": statement_id})


def _put_statement(bus: str, statement: Props) -> None:
    """Replace the statement of this Sid; one that says nothing is removed."""
    before = (eventbridge._event_bus_policies.get(bus) or {}).get("Statement", [])
    kept = [each for each in before if each.get("Sid") != statement["Sid"]]
    added = [statement] if "Action" in statement else []
    eventbridge._event_bus_policies[bus] = {"Version": "2012-10-17", "Statement": [*kept, *added]}
