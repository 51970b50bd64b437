"""reconcile: when it runs and what it may do."""

from __future__ import annotations

from tests.unit.infra.template import Template, arns


def test_it_runs_every_quarter_of_an_hour(template: Template) -> None:
    schedule = template.schedule("reconcile")

    assert schedule["ScheduleExpression"] == "rate(15 minutes)"
    assert schedule["State"] == "ENABLED"


def test_it_may_start_plan_backup_and_no_other_function(template: Template) -> None:
    plan_backup = template.schedule("backup.nightly")["Target"]["Arn"]["Fn::GetAtt"][0]
    starts = [item for item in template.statements("reconcile") if item["Action"] == "lambda:InvokeFunction"]

    assert [arns(item) for item in starts] == [{f"{{{plan_backup}.Arn}}"}]


def test_it_may_heal_but_neither_create_nor_delete_snapshots(template: Template) -> None:
    assert template.actions("reconcile") == {
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeSnapshots",
        "ec2:LockSnapshot",
        "eks:DescribeCluster",
        "events:PutEvents",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:SendMessage",
    }
