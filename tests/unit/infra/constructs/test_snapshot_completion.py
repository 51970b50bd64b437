"""record_completion: which events reach it, how, and what it may do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from infra.permissions import Owner, lock_snapshots
from snapkeep.domain import tags
from tests.unit.infra.conftest import FUNCTIONS, NIGHTLY
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, arns, names_no_other, ours

EVENTS = Path(__file__).parents[4] / "events" / "record_completion"


@pytest.fixture
def rule(template: Template) -> Resource:
    return next(
        item
        for item in template.resources("Events::Rule").values()
        if "EBS Snapshot Notification" in item["EventPattern"].get("detail-type", [])
    )


def an_event(detail_type: str, event: str) -> dict[str, Any]:
    return {
        "source": "aws.ec2",
        "detail-type": detail_type,
        "detail": {"event": event, "result": "succeeded"},
    }


def test_completions_of_both_create_calls_are_taken(rule: Resource) -> None:
    assert matches(rule["EventPattern"], an_event("EBS Snapshot Notification", "createSnapshot"))
    assert matches(
        rule["EventPattern"], an_event("EBS Multi-Volume Snapshots Completion Status", "createSnapshots")
    )


def test_an_event_that_came_before_ec2_shows_it_is_looked_at_again_within_minutes(template: Template) -> None:
    _, queue = template.source_of("record_completion")
    attempts = queue["RedrivePolicy"]["maxReceiveCount"] - 1

    assert queue["VisibilityTimeout"] == template.function("record_completion")["Timeout"]
    assert attempts * queue["VisibilityTimeout"] > 120


@pytest.mark.parametrize("event", ["copySnapshot", "shareSnapshot", "lockSnapshot"])
def test_what_others_do_with_snapshots_is_left(rule: Resource, event: str) -> None:
    assert not matches(rule["EventPattern"], an_event("EBS Snapshot Notification", event))


def test_volume_events_are_left(rule: Resource) -> None:
    assert not matches(rule["EventPattern"], an_event("EBS Volume Notification", "createVolume"))


def test_the_rule_lets_every_sample_through_but_copies_and_kinds_it_does_not_know(rule: Resource) -> None:
    samples = {path.stem: json.loads(path.read_text()) for path in EVENTS.glob("*.json")}
    stopped = {name for name, event in samples.items() if not matches(rule["EventPattern"], event)}

    assert {"snapshot", "snapshot_failed", "group", "group_failed"} <= samples.keys()
    assert stopped == {"copy", "unknown_kind"}


def test_only_this_rule_may_send_to_the_queue(template: Template, rule: Resource) -> None:
    queue = rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]
    rule_id = next(name for name, item in template.resources("Events::Rule").items() if item is rule)
    (policy,) = [
        item for item in template.resources("SQS::QueuePolicy").values() if {"Ref": queue} in item["Queues"]
    ]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule_id, "Arn"]}}}


def test_events_are_taken_ten_at_a_time_from_the_rules_queue(template: Template, rule: Resource) -> None:
    mapping, _ = template.source_of("record_completion")

    assert mapping["BatchSize"] == 10
    assert mapping["EventSourceArn"] == rule["Targets"][0]["Arn"]


def test_record_completion_may_read_tag_and_journal(template: Template) -> None:
    assert template.actions("record_completion") == {
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "ec2:CreateTags",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeSnapshots",
        "ec2:LockSnapshot",
        "events:PutEvents",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
    }


@pytest.mark.parametrize("sid", ["CompleteTags", "MarkDuplicates", "NameDuplicates"])
def test_record_completion_marks_duplicates_but_sets_no_hold(template: Template, sid: str) -> None:
    condition = template.statement("record_completion", sid)["Condition"]
    keys = condition["ForAllValues:StringEquals"]["aws:TagKeys"]
    keys = {keys} if isinstance(keys, str) else set(keys)

    assert condition["StringEquals"].items() >= ours("ResourceTag").items()
    assert (tags.DUPLICATE in keys) == (sid != "CompleteTags")
    assert tags.HOLD not in keys


def test_it_may_lock_for_the_days_of_the_points_own_policy_and_nobody_may_unlock(template: Template) -> None:
    for function in ("record_completion", "reconcile"):
        for policy, days in (("nightly", "14"), ("paused", "365")):
            statement = template.statement(function, f"LockFor{days}Days")
            assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
            assert statement["Condition"] == {
                "StringEquals": ours("ResourceTag") | {"aws:ResourceTag/snapkeep:policy": [policy]},
                "StringEqualsIfExists": names_no_other("ResourceTag"),
                "NumericEquals": {"ec2:SnapshotLockDuration": days},
            }
    for function in FUNCTIONS:
        assert "ec2:UnlockSnapshot" not in template.actions(function)
        assert ("ec2:LockSnapshot" in template.actions(function)) == (
            function in ("record_completion", "reconcile")
        )


def test_without_a_locking_policy_nobody_may_lock() -> None:
    assert lock_snapshots(Stack(), ["myeks"], [replace(NIGHTLY, lock=None)]) == ()


def test_policies_that_lock_as_long_share_statements_that_do_not_grow_without_end() -> None:
    policies = [replace(NIGHTLY, name=f"p{number:02d}") for number in range(60)]
    *locks, _ = lock_snapshots(Stack(), Owner("snapkeep", ["myeks"]), policies)
    named = [each.conditions["StringEquals"]["aws:ResourceTag/snapkeep:policy"] for each in locks]

    assert [name for names in named for name in names] == [policy.name for policy in policies]
    assert [len(names) for names in named] == [25, 25, 10]
    assert [each.sid for each in locks] == ["LockFor14Days", "LockFor14Days1", "LockFor14Days2"]
