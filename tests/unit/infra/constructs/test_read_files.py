"""read_files: what it may read and write, and that a deployment without files lacks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.constructs.report import FILES
from snapkeep.adapters.aws.s3_files import PREFIX
from snapkeep.domain.files.limits import FileRules
from snapkeep.domain.files.operations import READER_ENDS
from snapkeep.settings import ReadFilesSettings
from snapkeep_cli.config.stack_options import StackOptions
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import (
    CHECKED,
    FUNCTIONS,
    KEY,
    OPTIONS,
    synthesized,
    template_of,
)
from tests.unit.infra.constructs.conftest import READABLE
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns, text

READS = {"ebs:GetSnapshotBlock", "ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"}


def test_a_deployment_without_files_has_neither_it_nor_its_layer(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("ReadFiles")]
    assert "/files/" not in str(template.statements("api"))


def test_checks_and_files_share_a_layer(tmp_path_factory: pytest.TempPathFactory) -> None:
    both = replace(CHECKED, files=FileRules((KEY,)))
    template = template_of(synthesized(tmp_path_factory.mktemp("both"), StackOptions(), deployment=both))
    assert len(template.resources("Lambda::LayerVersion")) == 4
    layers = {name: template.function(name)["Layers"] for name in ("check_points", "read_files")}
    assert layers["check_points"] == layers["read_files"]
    check_formula(template, StackSize(2, 2, checks=True, files=True))


def test_it_alone_reads_data_and_only_that_of_our_points(readable_template: Template) -> None:
    assert readable_template.actions("read_files") >= READS
    for name in FUNCTIONS:
        assert not READS & readable_template.actions(name), name
        assert len(readable_template.function(name)["Layers"]) == 3, name
    condition = readable_template.statement("read_files", "ReadBlocks")["Condition"]
    assert condition["StringEquals"]["aws:ResourceTag/snapkeep:managed"] == "true"
    assert arns(readable_template.statement("read_files", "DecryptPoints")) == {KEY}


def test_it_writes_only_files_and_the_api_only_reads_them(readable_template: Template) -> None:
    assert FILES == PREFIX
    stored = readable_template.statement("read_files", "StoreFiles")
    handed = readable_template.statement("api", "HandOutFiles")
    assert all(arn.endswith("/files/*") for arn in arns(stored) | arns(handed))
    assert {each for each in readable_template.actions("read_files") if each.startswith("s3:")} == {
        "s3:PutObject",
        "s3:AbortMultipartUpload",
    }
    assert not {each for each in readable_template.actions("api") if each.startswith("s3:Put")}


def test_what_it_writes_is_gone_after_a_day(readable_template: Template) -> None:
    (bucket,) = readable_template.resources("S3::Bucket").values()
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    rule = rules["FilesOfPoints"]
    assert (rule["Prefix"], rule["ExpirationInDays"], rule["Status"]) == ("files/", 1, "Enabled")
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
    assert rules["EarlierPages"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1


def test_it_finds_its_settings_and_ends_when_operations_count_as_dead(readable_template: Template) -> None:
    function = readable_template.function("read_files")
    wanted = ReadFilesSettings(journal_table="", reports_bucket="").to_environment()
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert function["Timeout"] == READER_ENDS.total_seconds() and function["MemorySize"] == 1024


def test_it_is_in_no_network_and_has_no_access_to_clusters(tmp_path_factory: pytest.TempPathFactory) -> None:
    template = template_of(synthesized(tmp_path_factory.mktemp("vpc"), OPTIONS, deployment=READABLE))
    assert "VpcConfig" not in template.function("read_files")
    entries = [text(each["PrincipalArn"]) for each in template.resources("EKS::AccessEntry").values()]
    assert entries and text(template.function("read_files")["Role"]) not in entries


def test_its_errors_ring(readable_template: Template) -> None:
    alarms = [
        each["AlarmDescription"]
        for each in readable_template.resources("CloudWatch::Alarm").values()
        if each.get("MetricName") == "Errors" and "files" in each["AlarmDescription"]
    ]
    assert len(alarms) == 1 and "files-not-read.md" in alarms[0]


def test_its_resources_are_those_of_the_formula(readable_template: Template) -> None:
    check_formula(readable_template, StackSize(2, 2, files=True))
