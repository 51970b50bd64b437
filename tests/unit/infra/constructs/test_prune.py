"""prune: the only function that may delete, and the little that it may."""

from __future__ import annotations

import json

from snapkeep.domain.backup.schedule import rate_of
from snapkeep.domain.retention.deletion.orphans import SWEPT_EVERY
from tests.unit.infra.template import Template, arns, names_no_other, ours


def test_it_runs_every_hour(template: Template) -> None:
    assert template.schedule("prune")["ScheduleExpression"] == "rate(1 hour)"


def test_orphans_are_swept_every_week(template: Template) -> None:
    schedule = template.schedule("sweep-orphans")
    assert rate_of(schedule["ScheduleExpression"]) == SWEPT_EVERY
    assert json.loads(schedule["Target"]["Input"])["orphans"] is True


def test_a_run_with_ready_points_starts_it_too(template: Template) -> None:
    (rule,) = [
        rule
        for rule in template.resources("Events::Rule").values()
        if rule["EventPattern"].get("detail-type", [""])[0] == "Snapkeep Run Completed"
    ]
    assert rule["EventPattern"] == {
        "source": ["snapkeep"],
        "detail-type": ["Snapkeep Run Completed", "Snapkeep Run Partially Failed"],
    }
    (target,) = rule["Targets"]
    assert template.at(target["Arn"]) == template.function("prune")


def test_it_may_look_and_delete_and_nothing_else_of_ec2(template: Template) -> None:
    actions = {action for action in template.actions("prune") if action.startswith(("ec2:", "eks:"))}
    assert actions == {
        "ec2:DeleteSnapshot",
        "ec2:DescribeImages",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeSnapshots",
        "eks:DescribeCluster",
    }


def test_only_snapshots_of_ours_without_a_hold_can_be_deleted(template: Template) -> None:
    statement = template.statement("prune", "DeleteSnapshots")

    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
    assert statement["Condition"] == {
        "StringEquals": ours("ResourceTag"),
        "StringEqualsIfExists": names_no_other("ResourceTag"),
        "Null": {"aws:ResourceTag/snapkeep:hold": "true"},
    }


def test_no_other_function_may_delete_a_snapshot(template: Template) -> None:
    for name in ("plan_backup", "take_snapshots", "record_completion", "reconcile", "finish_restores"):
        assert "ec2:DeleteSnapshot" not in template.actions(name)
