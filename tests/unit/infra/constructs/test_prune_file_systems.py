"""prune_file_systems: what starts it, what it may delete, and that its silence rings."""

from __future__ import annotations

from snapkeep.services.retention.prune import LEASE
from snapkeep.settings import PruneFileSystemsSettings
from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.template import Template, arns, text


def test_a_deployment_without_file_systems_has_nothing_of_it(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("PruneFileSystems")]


def test_it_finds_its_settings_and_has_a_role_of_its_own(efs_template: Template) -> None:
    function = efs_template.function("prune_file_systems")
    wanted = PruneFileSystemsSettings(journal_table="", event_bus="", backup_vault="").to_environment()
    variables = function["Environment"]["Variables"]
    roles = [text(each["Role"]) for each in efs_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= variables.keys()
    assert variables["SNAPKEEP_BACKUP_VAULT"] == "snapkeep-efs"
    assert roles.count(text(function["Role"])) == 1
    assert function["Timeout"] < LEASE.total_seconds()


def test_the_vaults_policy_lets_its_role_delete(efs_template: Template) -> None:
    (vault,) = efs_template.resources("Backup::BackupVault").values()
    (statement,) = vault["AccessPolicy"]["Statement"]
    (spared,) = statement["Condition"].values()
    role = efs_template.at(efs_template.function("prune_file_systems")["Role"])
    assert text(spared["aws:PrincipalArn"]).endswith(f":role{role['Path']}{role['RoleName']}")


def test_it_prunes_every_day_sweeps_every_week_and_rings_after_three_days_of_silence(
    efs_template: Template,
) -> None:
    assert efs_template.schedule("prune-file-systems")["ScheduleExpression"] == "rate(1 day)"
    assert efs_template.schedule("sweep-file-systems")["ScheduleExpression"] == "rate(7 days)"
    alarms = [
        each
        for each in efs_template.resources("CloudWatch::Alarm").values()
        if {"Name": "function", "Value": "prune_file_systems"} in each.get("Dimensions", [])
    ]
    assert [(each["Period"], each["EvaluationPeriods"]) for each in alarms] == [(86400, 3)] * 2
    assert {each["TreatMissingData"] for each in alarms} == {"breaching", "notBreaching"}
    assert all("/file-systems-not-pruned.md" in each["AlarmDescription"] for each in alarms)


def test_it_deletes_only_our_recovery_points_that_are_not_held(efs_template: Template) -> None:
    statement = efs_template.statement("prune_file_systems", "DeleteRecoveryPoints")
    assert arns(statement) == {"arn:<Partition>:backup:ap-northeast-2:<AccountId>:recovery-point:*"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:ResourceTag/snapkeep:managed": "true",
            "aws:ResourceTag/snapkeep:deployment": "snapkeep",
        },
        "Null": {"aws:ResourceTag/snapkeep:hold": "true"},
    }
    may = efs_template.actions("prune_file_systems")
    assert {each for each in may if each.startswith(("backup:", "ec2:", "iam:"))} == {
        "backup:DeleteRecoveryPoint",
        "backup:DescribeBackupVault",
        "backup:DescribeRecoveryPoint",
        "backup:ListRecoveryPointsByBackupVault",
        "backup:ListTags",
        "iam:CreateServiceLinkedRole",
    }


def test_nobody_else_in_the_stack_deletes_recovery_points(efs_template: Template) -> None:
    for name in (*FUNCTIONS, "back_up_file_systems"):
        assert "backup:DeleteRecoveryPoint" not in efs_template.actions(name)
