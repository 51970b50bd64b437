"""prune: the only function that may delete, and the little that it may."""

from __future__ import annotations

from tests.unit.infra.template import Template, arns


def test_it_runs_every_hour(template: Template) -> None:
    assert template.schedule("prune")["ScheduleExpression"] == "rate(1 hour)"


def test_it_may_look_and_delete_and_nothing_else(template: Template) -> None:
    assert template.actions("prune") == {
        "ec2:DeleteSnapshot",
        "ec2:DescribeSnapshots",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:SendMessage",
    }


def test_only_marked_duplicates_of_ours_without_a_hold_can_be_deleted(template: Template) -> None:
    statement = template.statement("prune", "DeleteDuplicates")

    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/snapkeep:managed": "true",
            "aws:ResourceTag/snapkeep:duplicate": "true",
        },
        "StringNotEquals": {"aws:ResourceTag/snapkeep:hold": "true"},
    }


def test_no_other_function_may_delete_a_snapshot(template: Template) -> None:
    for name in ("plan_backup", "take_snapshots", "record_completion", "reconcile"):
        assert "ec2:DeleteSnapshot" not in template.actions(name)
