"""Dying nodes: which announcement starts which function, for how long it is tried, and what each may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.interruption import ANNOUNCEMENTS
from snapkeep.inbound.interruptions import _READERS
from tests.lists import check_list
from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, arns

EVENTS = Path(__file__).parents[4] / "events" / "handle_interruption"
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
QUEUE = {
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}


def sample(case: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EVENTS / f"{case}.json").read_text())
    return document


def rules_of(template: Template, event: dict[str, Any]) -> list[Resource]:
    rules = template.resources("Events::Rule").values()
    return [rule for rule in rules if matches(rule["EventPattern"], event)]


def target_of(template: Template, event: dict[str, Any]) -> Resource:
    (rule,) = rules_of(template, event)
    (target,) = rule["Targets"]
    found: Resource = target
    return found


@pytest.mark.parametrize(
    ("case", "seconds"),
    [
        ("spot_terminate", 120),
        ("spot_stop", 120),
        ("spot_hibernate", 120),
        ("rebalance", 86400),
        ("lifecycle", 86400),
        ("capacity", 86400),
        ("health_three", 86400),
        ("health_cancelled", 86400),
        ("health_one_resolved", 86400),
        ("health_window", 86400),
    ],
)
def test_an_announcement_starts_the_cordoner_as_long_as_it_is_worth_it(
    template: Template, case: str, seconds: int
) -> None:
    target = target_of(template, sample(case))
    assert template.at(target["Arn"])["FunctionName"] == "snapkeep-handle-interruption"
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == seconds
    assert "DeadLetterConfig" in target


def test_every_kind_that_is_read_has_a_rule_and_a_sample() -> None:
    """Without a rule no such event arrives, and nobody notices."""
    routed = [(each.pattern.source, each.pattern.detail_type) for each in ANNOUNCEMENTS]
    samples = [json.loads(path.read_text()) for path in EVENTS.glob("*.json") if path.stem != "unknown_kind"]
    kinds = {(each["source"], each["detail-type"]) for each in samples if "detail-type" in each}
    read = {f"{source}: {kind}" for source, kind in _READERS}

    check_list(
        "infra/constructs/interruption.py, ANNOUNCEMENTS",
        [f"{source}: {kind}" for (source,), (kind,) in routed],
        read,
    )
    check_list("events/handle_interruption", {f"{source}: {kind}" for source, kind in kinds}, read)


@pytest.mark.parametrize("state", ["stopping", "shutting-down", "running"])
def test_a_machine_that_goes_or_comes_back_unannounced_starts_it_too(template: Template, state: str) -> None:
    event = sample("state_terminated")
    event["detail"]["state"] = state
    assert template.at(target_of(template, event)["Arn"])["FunctionName"] == "snapkeep-handle-interruption"


def test_a_death_goes_to_the_queue_of_the_one_that_frees_volumes(template: Template) -> None:
    target = target_of(template, sample("state_terminated"))
    mapping, _ = template.source_of("release_volumes")
    assert mapping["EventSourceArn"] == target["Arn"]


@pytest.mark.parametrize("state", ["pending", "stopped"])
def test_states_that_change_nothing_start_nobody(template: Template, state: str) -> None:
    event = sample("state_terminated")
    event["detail"]["state"] = state
    assert rules_of(template, event) == []


def test_other_health_events_start_nobody(template: Template) -> None:
    event = sample("health_three")
    event["detail"]["service"] = "RDS"
    assert rules_of(template, event) == []


def test_open_incidents_are_looked_after_every_quarter_of_an_hour(template: Template) -> None:
    schedule = template.schedule("watch-incidents")
    assert schedule["ScheduleExpression"] == "rate(15 minutes)"


@pytest.mark.parametrize("name", ["save_node", "release_volumes"])
def test_a_message_that_failed_comes_again_within_the_two_minutes(template: Template, name: str) -> None:
    _, queue = template.source_of(name)
    assert queue["VisibilityTimeout"] == template.function(name)["Timeout"] == 30


def test_the_cordoner_may_look_journal_send_and_tell(template: Template) -> None:
    assert template.actions("handle_interruption") == LOGS | QUEUE | {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "ec2:DescribeInstances",
        "eks:DescribeCluster",
        "events:PutEvents",
        "sqs:SendMessage",
    }


def test_the_saver_may_snapshot_kubernetes_volumes_and_answer_hooks_and_delete_nothing(
    template: Template,
) -> None:
    actions = template.actions("save_node")
    assert {action for action in actions if action.startswith(("ec2:", "autoscaling:"))} == {
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:RecordLifecycleActionHeartbeat",
        "ec2:CreateSnapshot",
        "ec2:CreateSnapshots",
        "ec2:CreateTags",
        "ec2:DescribeInstances",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
    }
    for sid, key in (
        ("HooksOfNodeGroups", "eks:cluster-name"),
        ("HooksOfEksctl", "alpha.eksctl.io/cluster-name"),
    ):
        statement = template.statement("save_node", sid)
        assert statement["Condition"] == {"StringEquals": {f"aws:ResourceTag/{key}": ["myeks", "second"]}}
        assert arns(statement) == {
            "arn:<Partition>:autoscaling:ap-northeast-2:<AccountId>:autoScalingGroup:*:autoScalingGroupName/*"
        }


def test_the_releaser_changes_nothing_in_aws_but_journal_queue_and_events(template: Template) -> None:
    assert template.actions("release_volumes") == LOGS | QUEUE | {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "ec2:DescribeInstances",
        "ec2:DescribeVolumes",
        "eks:DescribeCluster",
        "events:PutEvents",
        "sqs:SendMessage",
    }


def test_no_other_function_answers_lifecycle_hooks(template: Template) -> None:
    may = {name for name in FUNCTIONS if any("autoscaling" in each for each in template.actions(name))}
    assert may == {"save_node"}
