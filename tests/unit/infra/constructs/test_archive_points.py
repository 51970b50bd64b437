"""archive_points: what starts it, what it may move, and that a deployment that archives nothing lacks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from snapkeep.settings import ArchivePointsSettings
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import (
    CHECKED,
    FUNCTIONS,
    KEY,
    NIGHTLY,
    OPTIONS,
    PAUSED,
    synthesized,
    template_of,
)
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns, text

ARCHIVED = replace(CHECKED, policies=(replace(NIGHTLY, archive_after={"monthly": "30d"}), PAUSED))
"""A deployment with checks, a policy of which moves points to the archive tier."""

OURS = {
    "StringEquals": {
        "aws:ResourceTag/snapkeep:managed": "true",
        "aws:ResourceTag/snapkeep:cluster": ["myeks", "second"],
    },
    "StringEqualsIfExists": {"aws:ResourceTag/snapkeep:deployment": "snapkeep"},
}


@pytest.fixture(scope="module")
def archived_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of the stack of a deployment that archives points."""
    folder = tmp_path_factory.mktemp("archived")
    return template_of(synthesized(folder, StackOptions(), deployment=ARCHIVED))


def an_event(**detail: Any) -> dict[str, Any]:
    return {
        "source": "aws.ec2",
        "detail-type": "EBS Snapshot Notification",
        "account": "111122223333",
        "detail": {"event": "archiveSnapshot", "result": "succeeded"} | detail,
    }


def test_a_deployment_that_archives_nothing_lacks_it(checked_template: Template) -> None:
    names = checked_template.document["Resources"]
    assert not [name for name in names if name.startswith("ArchivePoints")]


def test_it_finds_its_settings_and_has_a_role_of_its_own(archived_template: Template) -> None:
    function = archived_template.function("archive_points")
    wanted = ArchivePointsSettings(journal_table="", event_bus="").to_environment()
    roles = [text(each["Role"]) for each in archived_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert roles.count(text(function["Role"])) == 1


def test_it_is_in_no_network_and_has_no_access_to_clusters(tmp_path_factory: pytest.TempPathFactory) -> None:
    template = template_of(synthesized(tmp_path_factory.mktemp("vpc"), OPTIONS, deployment=ARCHIVED))
    assert "VpcConfig" not in template.function("archive_points")
    entries = [text(each["PrincipalArn"]) for each in template.resources("EKS::AccessEntry").values()]
    assert entries and text(template.function("archive_points")["Role"]) not in entries


def test_it_runs_every_day_and_its_silence_rings(archived_template: Template) -> None:
    assert archived_template.schedule("archive-points")["ScheduleExpression"] == "rate(1 day)"
    alarms = [
        each
        for each in archived_template.resources("CloudWatch::Alarm").values()
        if {"Name": "function", "Value": "archive_points"} in each.get("Dimensions", [])
    ]
    assert [(each["Period"], each["EvaluationPeriods"]) for each in alarms] == [(86400, 3)] * 2
    assert {each["TreatMissingData"] for each in alarms} == {"breaching", "notBreaching"}


def test_moves_that_ended_in_this_account_are_settled(archived_template: Template) -> None:
    (rule,) = (
        item
        for item in archived_template.resources("Events::Rule").values()
        if item["EventPattern"].get("detail") == {"event": ["archiveSnapshot"]}
    )
    assert rule["EventPattern"]["account"] == [{"Ref": "AWS::AccountId"}]
    pattern = rule["EventPattern"] | {"account": ["111122223333"]}
    assert matches(pattern, an_event()) and matches(pattern, an_event(result="failed"))
    assert not matches(pattern, an_event() | {"account": "444455556666"})
    assert not matches(pattern, an_event(event="createSnapshot"))
    (target,) = rule["Targets"]
    assert "DeadLetterConfig" in target


def test_only_it_archives_and_only_our_points_that_are_not_held(archived_template: Template) -> None:
    for name in (*FUNCTIONS, "check_points"):
        assert "ec2:ModifySnapshotTier" not in archived_template.actions(name), name
    statement = archived_template.statement("archive_points", "ArchiveSnapshots")
    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
    assert statement["Condition"] == OURS | {"Null": {"aws:ResourceTag/snapkeep:hold": "true"}}


def test_it_lists_blocks_and_reads_none(archived_template: Template) -> None:
    blocks = {each for each in archived_template.actions("archive_points") if each.startswith("ebs:")}
    assert blocks == {"ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"}
    statement = archived_template.statement("archive_points", "MeasureSnapshots")
    assert statement["Condition"] == OURS
    assert arns(archived_template.statement("archive_points", "DecryptPoints")) == {KEY}


def test_it_changes_no_snapshot_otherwise(archived_template: Template) -> None:
    assert {each for each in archived_template.actions("archive_points") if each.startswith("ec2:")} == {
        "ec2:CreateTags",
        "ec2:DescribeSnapshotAttribute",
        "ec2:DescribeSnapshotTierStatus",
        "ec2:DescribeSnapshots",
        "ec2:ModifySnapshotTier",
    }
    condition = archived_template.statement("archive_points", "NoteArchiving")["Condition"]
    assert condition["ForAllValues:StringEquals"] == {"aws:TagKeys": ["snapkeep:archived"]}


def test_only_finish_restores_brings_points_back(archived_template: Template) -> None:
    for name in (*FUNCTIONS, "archive_points", "check_points"):
        brings = "ec2:RestoreSnapshotTier" in archived_template.actions(name)
        assert brings == (name == "finish_restores"), name
    assert archived_template.statement("finish_restores", "BringBackSnapshots")["Condition"] == OURS


def test_its_resources_are_those_of_the_formula(archived_template: Template) -> None:
    check_formula(archived_template, StackSize(2, 2, checks=True, archives=True))
