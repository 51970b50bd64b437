"""plan_backup and the schedules of the policies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.infra.template import Template, arns

EVENTS = Path(__file__).parents[4] / "events" / "plan_backup"


def test_each_policy_has_one_schedule_however_many_its_clusters(template: Template) -> None:
    names = [schedule["Name"] for schedule in template.resources("Scheduler::Schedule").values()]

    assert sorted(name for name in names if name.startswith("backup.")) == ["backup.nightly", "backup.paused"]


def test_a_schedule_keeps_the_policys_time_zone_and_window(template: Template) -> None:
    nightly = template.schedule("backup.nightly")

    assert nightly["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert nightly["ScheduleExpressionTimezone"] == "Asia/Seoul"
    assert nightly["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}


def test_without_a_window_a_schedule_fires_on_time(template: Template) -> None:
    assert template.schedule("backup.paused")["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_a_paused_policy_has_a_schedule_that_is_disabled(template: Template) -> None:
    assert template.schedule("backup.paused")["State"] == "DISABLED"
    assert template.schedule("backup.nightly")["State"] == "ENABLED"


def test_scheduler_tries_for_as_long_as_the_policy_catches_up(template: Template) -> None:
    assert template.schedule("backup.nightly")["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 7200


def test_a_schedule_says_policy_and_slot_and_the_cluster_when_it_is_alone(template: Template) -> None:
    slot = {"scheduledTime": "<aws.scheduler.scheduled-time>"}

    assert json.loads(template.schedule("backup.nightly")["Target"]["Input"]) == {"policy": "nightly"} | slot
    assert json.loads(template.schedule("backup.paused")["Target"]["Input"]) == {
        "cluster": "myeks",
        "policy": "paused",
        **slot,
    }


@pytest.mark.parametrize(
    ("case", "schedule"), [("slot", "backup.paused"), ("several_clusters", "backup.nightly")]
)
def test_the_samples_of_plan_backup_look_like_what_a_schedule_sends(
    template: Template, case: str, schedule: str
) -> None:
    sample = json.loads((EVENTS / f"{case}.json").read_text())
    sent = json.loads(template.schedule(schedule)["Target"]["Input"])

    assert sample.keys() == sent.keys()


def test_plan_backup_may_read_send_and_journal_but_create_no_snapshot(template: Template) -> None:
    assert template.actions("plan_backup") == {
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "eks:DescribeCluster",
        "events:PutEvents",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:SendMessage",
    }


def test_plan_backup_may_start_itself_and_nothing_else(template: Template) -> None:
    (allowed,) = [
        item for item in template.statements("plan_backup") if item["Action"] == "lambda:InvokeFunction"
    ]

    assert arns(allowed) == {
        "arn:<Partition>:lambda:ap-northeast-2:<AccountId>:function:"
        + template.function("plan_backup")["FunctionName"]
    }


def test_plan_backup_may_describe_the_clusters_of_the_config_and_no_others(template: Template) -> None:
    assert arns(template.statement("plan_backup", "DescribeClusters")) == {
        "arn:<Partition>:eks:ap-northeast-2:<AccountId>:cluster/myeks",
        "arn:<Partition>:eks:ap-northeast-2:<AccountId>:cluster/second",
    }
