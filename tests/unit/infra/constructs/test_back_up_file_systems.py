"""back_up_file_systems: what starts it, its vault, and that a deployment without such policies lacks both."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapkeep.settings import BackUpFileSystemsSettings
from snapkeep_cli.config.stack_size import StackSize
from tests.unit.infra.conftest import KEY, ON_EFS, OPTIONS, synthesized, template_of
from tests.unit.infra.stacks.test_large_stacks import check_formula
from tests.unit.infra.template import Template, arns, text


def vault_of(template: Template) -> dict[str, Any]:
    """The properties of the vault."""
    (found,) = template.resources("Backup::BackupVault").values()
    return dict(found)


def test_a_deployment_without_such_policies_has_neither_it_nor_a_vault(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("FileSystems")]


def test_it_finds_its_settings_and_has_a_role_of_its_own(efs_template: Template) -> None:
    function = efs_template.function("back_up_file_systems")
    names = dict.fromkeys(("journal_table", "event_bus", "backup_vault", "backup_role", "file_systems"), "")
    variables = function["Environment"]["Variables"]
    roles = [text(each["Role"]) for each in efs_template.resources("Lambda::Function").values()]
    assert BackUpFileSystemsSettings(**names).to_environment().keys() <= variables.keys()
    assert variables["SNAPKEEP_BACKUP_VAULT"] == "snapkeep-efs"
    assert text(variables["SNAPKEEP_FILE_SYSTEMS"]).endswith(":file-system/")
    assert roles.count(text(function["Role"])) == 1


def test_slots_of_such_policies_start_it_and_no_others(efs_template: Template) -> None:
    started = {
        name: text(each["Target"]["Arn"])
        for name, each in (
            (each["Name"], each) for each in efs_template.resources("Scheduler::Schedule").values()
        )
    }
    assert "BackUpFileSystems" in started["backup.shared"]
    assert "PlanBackup" in started["backup.nightly"]
    assert efs_template.schedule("follow-file-systems")["ScheduleExpression"] == "rate(15 minutes)"


def test_ended_jobs_of_its_vault_wake_it(efs_template: Template) -> None:
    (rule,) = (
        each
        for each in efs_template.resources("Events::Rule").values()
        if "aws.backup" in str(each["EventPattern"])
    )
    detail = rule["EventPattern"]["detail"]
    assert detail["backupVaultName"] == ["snapkeep-efs"]
    assert {"COMPLETED", "FAILED", "EXPIRED", "ABORTED", "PARTIAL"} == set(detail["state"])
    assert "DeadLetterConfig" in rule["Targets"][0]


def test_only_what_prunes_may_make_recovery_points_go(efs_template: Template) -> None:
    (statement,) = vault_of(efs_template)["AccessPolicy"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"} < set(statement["Action"])
    (names,) = statement["Condition"].values()
    assert text(names["aws:PrincipalArn"]).endswith("snapkeep-ap-northeast-2-prune-file-systems")


def test_the_vault_stays_when_the_stack_goes(efs_template: Template) -> None:
    (vault,) = (
        each
        for each in efs_template.document["Resources"].values()
        if each["Type"] == "AWS::Backup::BackupVault"
    )
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_aws_backup_works_in_a_role_that_nobody_else_may_pass_on(efs_template: Template) -> None:
    (role,) = (
        each
        for each in efs_template.resources("IAM::Role").values()
        if "backup.amazonaws.com" in json.dumps(each["AssumeRolePolicyDocument"])
    )
    assert role["RoleName"] == "snapkeep-ap-northeast-2-aws-backup"
    passed = efs_template.statement("back_up_file_systems", "PassBackupRole")
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}
    assert len(arns(passed)) == 1


def test_it_has_access_of_its_own_to_every_cluster(efs_template: Template) -> None:
    groups = [
        (each["ClusterName"], tuple(each["KubernetesGroups"]))
        for each in efs_template.resources("EKS::AccessEntry").values()
        if "BackUpFileSystems" in text(each["PrincipalArn"])
    ]
    assert groups == [(name, ("snapkeep:back-up-file-systems",)) for name in ("myeks", "second")]


def test_it_is_in_the_network_and_the_vault_has_the_key_of_the_deployment(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    template = template_of(synthesized(tmp_path_factory.mktemp("vpc"), OPTIONS, deployment=ON_EFS))
    assert "VpcConfig" in template.function("back_up_file_systems")
    assert vault_of(template)["EncryptionKeyArn"] == KEY


def test_its_resources_are_those_of_the_formula(efs_template: Template) -> None:
    check_formula(efs_template, StackSize(2, 3, file_systems=True))
