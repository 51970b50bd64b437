"""check_points: what starts it, what it may read, and that a deployment without checks lacks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.proof.rules import CheckRules
from snapkeep.settings import CheckPointsSettings
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import (
    CHECKED,
    COPIED,
    FUNCTIONS,
    KEY,
    OPTIONS,
    VAULTS,
    synthesized,
    template_of,
)
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns, text

READS = {"ebs:GetSnapshotBlock", "ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"}


def test_a_deployment_without_checks_has_neither_it_nor_its_layer(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("CheckPoints")]
    assert len(template.resources("Lambda::LayerVersion")) == 3


def test_only_it_has_the_layer_that_reads_file_systems(checked_template: Template) -> None:
    function = checked_template.function("check_points")
    layers = [checked_template.at(each)["Description"] for each in function["Layers"]]
    assert len(layers) == 4
    assert "reads ext4 and XFS" in layers[-1] and "LGPL" in layers[-1]
    for name in FUNCTIONS:
        assert len(checked_template.function(name)["Layers"]) == 3, name


def test_it_finds_its_settings_and_has_a_role_of_its_own(checked_template: Template) -> None:
    function = checked_template.function("check_points")
    wanted = CheckPointsSettings(journal_table="", event_bus="").to_environment()
    roles = [text(each["Role"]) for each in checked_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert roles.count(text(function["Role"])) == 1


def test_it_is_in_no_network_and_has_no_access_to_clusters(tmp_path_factory: pytest.TempPathFactory) -> None:
    template = template_of(synthesized(tmp_path_factory.mktemp("vpc"), OPTIONS, deployment=CHECKED))
    assert "VpcConfig" not in template.function("check_points")
    assert "VpcConfig" in template.function("prune")
    entries = [text(each["PrincipalArn"]) for each in template.resources("EKS::AccessEntry").values()]
    assert entries and text(template.function("check_points")["Role"]) not in entries


def test_a_pass_ends_before_the_next_begins_and_its_silence_rings(checked_template: Template) -> None:
    assert checked_template.schedule("check-points")["ScheduleExpression"] == "rate(5 minutes)"
    assert checked_template.function("check_points")["Timeout"] <= 5 * 60
    alarms = [
        each
        for each in checked_template.resources("CloudWatch::Alarm").values()
        if {"Name": "function", "Value": "check_points"} in each.get("Dimensions", [])
    ]
    assert [(each["Period"], each["EvaluationPeriods"]) for each in alarms] == [(900, 3)] * 2
    assert {each["TreatMissingData"] for each in alarms} == {"breaching", "notBreaching"}


def test_only_it_reads_data_and_only_that_of_our_points(checked_template: Template) -> None:
    assert checked_template.actions("check_points") >= READS
    for name in FUNCTIONS:
        assert not READS & checked_template.actions(name), name
    statement = checked_template.statement("check_points", "ReadBlocks")
    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/*"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/snapkeep:managed": "true",
            "aws:ResourceTag/snapkeep:cluster": ["myeks", "second"],
        },
        "StringEqualsIfExists": {"aws:ResourceTag/snapkeep:deployment": "snapkeep"},
    }


def test_it_decrypts_under_the_keys_of_the_config_and_without_any_nothing(
    checked_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert arns(checked_template.statement("check_points", "DecryptPoints")) == {KEY}
    deployment = replace(CHECKED, checks=CheckRules())
    without = template_of(
        synthesized(tmp_path_factory.mktemp("no-key"), StackOptions(), deployment=deployment)
    )
    assert not {each for each in without.actions("check_points") if each.startswith("kms:")}


def test_it_reads_copies_only_in_places_of_this_account(
    checked_template: Template, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert "ReadBlocksOfCopies" not in str(checked_template.statements("check_points"))
    deployment = replace(COPIED, places=(*COPIED.places, *VAULTS), checks=CheckRules())
    folder = tmp_path_factory.mktemp("copied")
    template = template_of(synthesized(folder, StackOptions(), deployment=deployment))
    reads = template.statement("check_points", "ReadBlocksOfCopies")
    own = [place for place in deployment.places if not place.is_vault]
    assert reads["Condition"]["StringEquals"]["aws:ResourceTag/snapkeep:managed"] == "copy"
    assert {arn.split(":")[3] for arn in arns(reads)} == {place.region for place in own}
    assert arns(template.statement("check_points", "DecryptPoints")) == {place.kms_key for place in own}


def test_it_writes_one_tag_and_changes_no_snapshot_otherwise(checked_template: Template) -> None:
    assert {each for each in checked_template.actions("check_points") if each.startswith("ec2:")} == {
        "ec2:CreateTags",
        "ec2:DescribeSnapshots",
    }
    condition = checked_template.statement("check_points", "NoteChecks")["Condition"]
    assert condition["ForAllValues:StringEquals"] == {"aws:TagKeys": ["snapkeep:checked"]}
    assert condition["Null"] == {"aws:TagKeys": "false"}
    for name in FUNCTIONS:
        assert "snapkeep:checked" not in str(checked_template.statements(name)), name


def test_its_resources_are_those_of_the_formula(checked_template: Template) -> None:
    check_formula(checked_template, StackSize(2, 2, checks=True))
