"""restore_file_systems: what starts it, and what it may do with recovery points and file systems."""

from __future__ import annotations

from snapkeep.settings import ApiSettings, RestoreFileSystemsSettings
from tests.unit.infra.template import Template, arns, text

NAME = "restore_file_systems"


def test_it_finds_its_settings_and_runs_every_five_minutes(efs_template: Template) -> None:
    variables = efs_template.function(NAME)["Environment"]["Variables"]
    names = dict.fromkeys(("journal_table", "event_bus", "backup_role"), "")

    assert RestoreFileSystemsSettings(**names).to_environment().keys() <= variables.keys()
    assert efs_template.schedule("restore-file-systems")["ScheduleExpression"] == "rate(5 minutes)"


def test_the_api_knows_the_vault_and_what_to_invoke(efs_template: Template) -> None:
    variables = efs_template.function("api")["Environment"]["Variables"]
    names = dict.fromkeys(("journal_table", "event_bus", "reports_bucket"), "")
    settings = ApiSettings(**names, backup_vault="v", restore_file_systems_function="f")

    assert settings.to_environment().keys() <= variables.keys()
    assert variables["SNAPKEEP_BACKUP_VAULT"] == "snapkeep-efs"
    assert "RestoreFileSystems" in text(variables["SNAPKEEP_RESTORE_FILE_SYSTEMS_FUNCTION"])


def test_it_passes_on_the_role_of_the_vault_alone(efs_template: Template) -> None:
    own = efs_template.statement(NAME, "PassRestoreRole")
    backing_up = efs_template.statement("back_up_file_systems", "PassBackupRole")

    assert arns(own) == arns(backing_up) and len(arns(own)) == 1
    assert own["Condition"] == {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}}


def test_it_makes_access_points_in_this_deployments_name_only(efs_template: Template) -> None:
    made = efs_template.statement(NAME, "MakeAccessPoints")["Condition"]["StringEquals"]
    tagged = efs_template.statement(NAME, "TagAccessPoints")["Condition"]["StringEquals"]

    assert made["aws:RequestTag/snapkeep:deployment"] == "snapkeep"
    assert tagged["elasticfilesystem:CreateAction"] == "CreateAccessPoint"


def test_it_has_no_access_to_clusters_and_no_network(efs_template: Template) -> None:
    principals = [text(each["PrincipalArn"]) for each in efs_template.resources("EKS::AccessEntry").values()]

    assert not [each for each in principals if "RestoreFileSystems" in each]
    assert "VpcConfig" not in efs_template.function(NAME)


def test_a_deployment_without_such_policies_lacks_it(template: Template) -> None:
    assert not [name for name in template.document["Resources"] if name.startswith("RestoreFileSystems")]
