"""finish_restores: it holds recovery points and can neither make nor delete one."""

from __future__ import annotations

from tests.unit.infra.template import Template, arns, names_no_other, ours


def test_it_runs_every_five_minutes(template: Template) -> None:
    assert template.schedule("finish-restores")["ScheduleExpression"] == "rate(5 minutes)"


def test_of_ec2_it_may_look_bring_back_and_write_one_tag(template: Template) -> None:
    actions = {item for item in template.actions("finish_restores") if item.startswith(("ec2:", "eks:"))}
    looks = {"ec2:DescribeSnapshots", "ec2:DescribeVolumes", "eks:DescribeCluster"}
    tiers = {"ec2:DescribeSnapshotTierStatus", "ec2:RestoreSnapshotTier"}
    assert actions == {"ec2:CreateTags", "ec2:DeleteTags"} | looks | tiers
    for sid in ("Hold", "LiftHold"):
        statement = template.statement("finish_restores", sid)
        assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
        assert statement["Condition"] == {
            "StringEquals": ours("ResourceTag"),
            "StringEqualsIfExists": names_no_other("ResourceTag"),
            "ForAllValues:StringEquals": {"aws:TagKeys": ["snapkeep:hold"]},
            "Null": {"aws:TagKeys": "false"},
        }


def test_it_may_touch_copies_only_where_they_are_adopted(
    template: Template, adopting_template: Template
) -> None:
    sids = {"LendToCopies", "TakeBackFromCopies"}
    assert not sids & {each.get("Sid") for each in template.statements("finish_restores")}
    assert sids <= {each.get("Sid") for each in adopting_template.statements("finish_restores")}
