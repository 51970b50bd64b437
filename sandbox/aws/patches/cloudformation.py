"""CloudFormation keeps every property of our resources, on create and on update.

AWS: see each resource's page in the CloudFormation template reference.
ministack: DeadLetterConfig, ReservedConcurrentExecutions, TimeToLiveSpecification and
PointInTimeRecoverySpecification are dropped; a schedule loses its time zone, and its updates are ignored and
their errors swallowed; AWS::EKS::AccessEntry does not exist (a changed principal replaces it: the new entry
is created before the update continues, the old one deleted at the end); an alarm over metric math is
refused; a function whose runtime cannot run here is accepted.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb, eks, lambda_svc, scheduler
from ministack.services.cloudformation import provisioners

from sandbox.aws.functions.environment import runtime_refusal
from sandbox.aws.private import require, require_keys
from sandbox.aws.world import World

Props = dict[str, Any]
Made = tuple[str, dict[str, Any]]
Create = Callable[[str, Props, str], Made]
SCHEDULE_FIELDS = (
    "GroupName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "Target",
    "State",
    "Description",
    "StartDate",
    "EndDate",
)


def install(world: World) -> None:
    """Replace or add the handlers for functions, tables, schedules and access entries."""
    require(
        provisioners, "_RESOURCE_HANDLERS", "_REPLACING_PROPERTIES", "_physical_name", "_replace_resource"
    )
    require(provisioners, "_cw_metric_alarm_record")
    require(lambda_svc, "_functions")
    require(dynamodb, "_tables")
    require(
        eks,
        "_create_access_entry",
        "_delete_access_entry",
        "_update_access_entry",
        "_access_entries",
        "_ae_key",
    )
    provisioners._cw_metric_alarm_record = _accepting_metric_math(provisioners._cw_metric_alarm_record)
    handlers = provisioners._RESOURCE_HANDLERS
    names = ("AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::Scheduler::Schedule")
    require_keys(handlers, "provisioners._RESOURCE_HANDLERS", *names)
    _keep(handlers["AWS::Lambda::Function"], _check_function, _finish_function)
    _keep(handlers["AWS::DynamoDB::Table"], lambda props: None, _finish_table)
    handlers["AWS::Scheduler::Schedule"] = {
        "create": _create_schedule,
        "update": _update_schedule,
        "update_with_logical_id": True,
        "delete": _delete_schedule,
    }
    provisioners._REPLACING_PROPERTIES["AWS::EKS::AccessEntry"] = ("ClusterName", "PrincipalArn")
    handlers["AWS::EKS::AccessEntry"] = {
        "create": _create_entry,
        "update": _update_entry,
        "delete": _delete_entry,
    }


def _accepting_metric_math(record: Callable[[str, Props], Props]) -> Callable[[str, Props], Props]:
    """Store an alarm over metric math as one over its first metric.

    No alarm on a service's metrics fires in the sandbox; tests assert the templates instead.
    """

    def recorded(name: str, props: Props) -> Props:
        metrics = [each["MetricStat"]["Metric"] for each in props.get("Metrics", []) if "MetricStat" in each]
        plain = {key: value for key, value in props.items() if key != "Metrics"}
        return record(name, {**plain, **metrics[0]} if metrics else props)

    return recorded


def _keep(handlers: Props, check: Callable[[Props], None], finish: Callable[[str, Props], None]) -> None:
    """Run `check` before and `finish` after ministack's own create and update."""
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, props: Props, stack: str) -> Made:
        check(props)
        made: Made = create(logical_id, props, stack)
        finish(made[0], props)
        return made

    def updated(physical_id: str, old: Props, new: Props, stack: str, *logical_id: str) -> Made:
        check(new)
        made: Made = update(physical_id, old, new, stack, *logical_id)
        finish(made[0], new)
        return made

    handlers["create"], handlers["update"] = created, updated


def _check_function(props: Props) -> None:
    refusal = runtime_refusal(props.get("FunctionName", ""), props.get("Runtime", ""))
    if refusal:
        raise ValueError(refusal)


def _finish_function(name: str, props: Props) -> None:
    func = lambda_svc._functions[name]
    if props.get("DeadLetterConfig"):
        func["config"]["DeadLetterConfig"] = props["DeadLetterConfig"]
    else:
        func["config"].pop("DeadLetterConfig", None)
    reserved = props.get("ReservedConcurrentExecutions")
    func["concurrency"] = None if reserved is None else int(reserved)


def _finish_table(name: str, props: Props) -> None:
    _call(dynamodb._update_ttl, _ttl(name, props)) if props.get("TimeToLiveSpecification") else None
    if props.get("PointInTimeRecoverySpecification"):
        _call(
            dynamodb._update_continuous_backups,
            {
                "TableName": name,
                "PointInTimeRecoverySpecification": props["PointInTimeRecoverySpecification"],
            },
        )


def _ttl(name: str, props: Props) -> Props:
    return {"TableName": name, "TimeToLiveSpecification": props["TimeToLiveSpecification"]}


def _create_schedule(logical_id: str, props: Props, stack: str) -> Made:
    name = props.get("Name") or provisioners._physical_name(stack, logical_id, max_len=64)
    answer = _call(scheduler._create_schedule, name, _schedule_body(props))
    return name, {"Arn": answer["ScheduleArn"]}


def _update_schedule(physical_id: str, old: Props, new: Props, stack: str, logical_id: str) -> Made:
    if (old.get("Name"), old.get("GroupName")) != (new.get("Name"), new.get("GroupName")):
        made = _create_schedule(logical_id, new, stack)
        _delete_schedule(physical_id, old)
        return made
    answer = _call(scheduler._update_schedule, physical_id, _schedule_body(new))
    return physical_id, {"Arn": answer["ScheduleArn"]}


def _delete_schedule(physical_id: str, props: Props) -> None:
    scheduler._delete_schedule(physical_id, {"groupName": props.get("GroupName", "default")})


def _schedule_body(props: Props) -> Props:
    return {key: props[key] for key in SCHEDULE_FIELDS if key in props}


def _create_entry(logical_id: str, props: Props, stack: str) -> Made:
    cluster, principal = props["ClusterName"], props["PrincipalArn"]
    body = {
        "principalArn": principal,
        "kubernetesGroups": props.get("KubernetesGroups", []),
        "username": props.get("Username", ""),
        "type": props.get("Type", "STANDARD"),
        "tags": {tag["Key"]: tag["Value"] for tag in props.get("Tags", [])},
    }
    entry = _call(eks._create_access_entry, cluster, body)["accessEntry"]
    return f"{principal}|{cluster}", {"AccessEntryArn": entry["accessEntryArn"]}


def _update_entry(physical_id: str, old: Props, new: Props, stack: str) -> Made:
    _delete_entry(physical_id, old)
    return _create_entry("", new, stack)


def _delete_entry(physical_id: str, props: Props) -> None:
    eks._delete_access_entry(props["ClusterName"], props["PrincipalArn"])


def _call(action: Callable[..., Any], *arguments: Any) -> Props:
    """Return one ministack action's JSON answer; ValueError carries the error's own text."""
    status, _headers, body = action(*arguments)
    answer: Props = json.loads(body or b"{}")
    if status >= 400:
        raise ValueError(answer.get("Message") or answer.get("message") or str(answer))
    return answer
