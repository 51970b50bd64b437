"""plan_backup and the schedules of the policies."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.infra.template import Template, arns

EVENTS = Path(__file__).parents[4] / "events" / "plan_backup"


def test_each_policy_has_a_schedule_in_each_of_its_clusters(template: Template) -> None:
    names = {schedule["Name"] for schedule in template.resources("Scheduler::Schedule").values()}

    assert {"myeks.nightly", "second.nightly", "myeks.paused"} <= names
    assert "second.paused" not in names


def test_a_schedule_keeps_the_policys_time_zone_and_window(template: Template) -> None:
    nightly = template.schedule("myeks.nightly")

    assert nightly["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert nightly["ScheduleExpressionTimezone"] == "Asia/Seoul"
    assert nightly["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}


def test_without_a_window_a_schedule_fires_on_time(template: Template) -> None:
    assert template.schedule("myeks.paused")["FlexibleTimeWindow"] == {"Mode": "OFF"}


def test_a_paused_policy_has_a_schedule_that_is_disabled(template: Template) -> None:
    assert template.schedule("myeks.paused")["State"] == "DISABLED"
    assert template.schedule("myeks.nightly")["State"] == "ENABLED"


def test_scheduler_tries_for_as_long_as_the_policy_catches_up(template: Template) -> None:
    assert template.schedule("myeks.nightly")["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 7200


def test_a_schedule_says_cluster_policy_and_slot(template: Template) -> None:
    assert json.loads(template.schedule("second.nightly")["Target"]["Input"]) == {
        "cluster": "second",
        "policy": "nightly",
        "scheduledTime": "<aws.scheduler.scheduled-time>",
    }


def test_the_samples_of_plan_backup_look_like_what_a_schedule_sends(template: Template) -> None:
    sample = json.loads((EVENTS / "slot.json").read_text())
    sent = json.loads(template.schedule("myeks.nightly")["Target"]["Input"])

    assert sample.keys() == sent.keys()


def test_plan_backup_may_read_send_and_journal_but_create_no_snapshot(template: Template) -> None:
    assert template.actions("plan_backup") == {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "ec2:DescribeSnapshots",
        "ec2:DescribeVolumes",
        "eks:DescribeCluster",
        "events:PutEvents",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:SendMessage",
    }


def test_plan_backup_may_describe_the_clusters_of_the_config_and_no_others(template: Template) -> None:
    assert arns(template.statement("plan_backup", "DescribeClusters")) == {
        "arn:<Partition>:eks:ap-northeast-2:<AccountId>:cluster/myeks",
        "arn:<Partition>:eks:ap-northeast-2:<AccountId>:cluster/second",
    }
