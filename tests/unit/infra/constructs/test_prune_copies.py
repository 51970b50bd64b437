"""prune_copies: what starts it, what it may delete, and that its silence rings."""

from __future__ import annotations

from snapkeep.services.retention.prune import LEASE
from snapkeep.settings import PruneCopiesSettings
from tests.unit.infra.template import Template, arns, text


def test_a_deployment_without_places_has_nothing_of_it(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("PruneCopies")]


def test_it_finds_its_settings_and_has_a_role_of_its_own(copied_template: Template) -> None:
    function = copied_template.function("prune_copies")
    wanted = PruneCopiesSettings(journal_table="", event_bus="").to_environment()
    roles = [text(each["Role"]) for each in copied_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert roles.count(text(function["Role"])) == 1
    assert function["Timeout"] < LEASE.total_seconds()


def test_it_prunes_every_day_and_rings_after_three_days_of_silence(copied_template: Template) -> None:
    assert copied_template.schedule("prune-copies")["ScheduleExpression"] == "rate(1 day)"
    alarms = [
        each
        for each in copied_template.resources("CloudWatch::Alarm").values()
        if {"Name": "function", "Value": "prune_copies"} in each.get("Dimensions", [])
    ]
    assert [(each["Period"], each["EvaluationPeriods"]) for each in alarms] == [(86400, 3)] * 2
    assert {each["TreatMissingData"] for each in alarms} == {"breaching", "notBreaching"}
    assert all("/copies-not-pruned.md" in each["AlarmDescription"] for each in alarms)


def test_it_deletes_only_our_copies_in_the_places_that_are_not_held(copied_template: Template) -> None:
    statement = copied_template.statement("prune_copies", "DeleteCopies")
    equal = statement["Condition"]["StringEquals"]
    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-3::snapshot/*"}
    assert equal["aws:ResourceTag/snapkeep:managed"] == "copy"
    assert equal["aws:ResourceTag/snapkeep:deployment"] == "snapkeep"
    assert equal["aws:ResourceTag/snapkeep:place"] == ["osaka", "spare"]
    assert statement["Condition"]["Null"] == {"aws:ResourceTag/snapkeep:hold": "true"}
    assert {each for each in copied_template.actions("prune_copies") if each.startswith("ec2:")} == {
        "ec2:DeleteSnapshot",
        "ec2:DescribeSnapshots",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeImages",
    }


def test_in_a_vault_it_deletes_only_copies_of_its_sources_that_are_not_held(vault_stack: Template) -> None:
    statement = vault_stack.statement("prune_copies", "DeleteCopies")
    equal = statement["Condition"]["StringEquals"]
    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
    assert equal == {
        "aws:ResourceTag/snapkeep:managed": "copy",
        "aws:ResourceTag/snapkeep:deployment": ["green", "snapkeep"],
        "aws:ResourceTag/snapkeep:copy-from": ["111122223333/ap-northeast-2", "333344445555/eu-west-1"],
        "aws:ResourceTag/snapkeep:place": ["prod", "test"],
    }
    assert statement["Condition"]["Null"] == {"aws:ResourceTag/snapkeep:hold": "true"}
    assert {each for each in vault_stack.actions("prune_copies") if each.startswith("ec2:")} == {
        "ec2:DeleteSnapshot",
        "ec2:DescribeSnapshots",
        "ec2:DescribeLockedSnapshots",
        "ec2:DescribeImages",
    }


def test_in_a_vault_nothing_else_deletes_and_nothing_unlocks(vault_stack: Template) -> None:
    assert "ec2:DeleteSnapshot" not in vault_stack.actions("pull_copies")
    unlocking = [
        each for each in ("pull_copies", "prune_copies") if "ec2:UnlockSnapshot" in vault_stack.actions(each)
    ]
    assert unlocking == []
    assert vault_stack.schedule("prune-copies")["ScheduleExpression"] == "rate(1 day)"
