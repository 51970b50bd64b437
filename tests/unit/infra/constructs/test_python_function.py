"""What every function of ours has: settings, logs and a role of its own."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep import settings
from tests.unit.infra.conftest import FUNCTIONS
from tests.unit.infra.template import Template, arns, listed

SETTINGS: dict[str, type[settings.Settings]] = {
    "plan_backup": settings.PlanBackupSettings,
    "take_snapshots": settings.TakeSnapshotsSettings,
    "record_completion": settings.RecordCompletionSettings,
    "reconcile": settings.ReconcileSettings,
    "prune": settings.PruneSettings,
    "finish_restores": settings.FinishRestoresSettings,
    "write_report": settings.WriteReportSettings,
    "try_config": settings.TryConfigSettings,
    "api": settings.ApiSettings,
    "handle_interruption": settings.HandleInterruptionSettings,
    "save_node": settings.SaveNodeSettings,
    "release_volumes": settings.ReleaseVolumesSettings,
}


def environment(template: Template, name: str) -> dict[str, Any]:
    variables: dict[str, Any] = template.function(name)["Environment"]["Variables"]
    return variables


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_finds_exactly_the_settings_it_reads(template: Template, name: str) -> None:
    variables = environment(template, name)
    read = SETTINGS[name].from_environment(variables)

    assert read.to_environment() == {
        key: value for key, value in variables.items() if key.startswith(settings.PREFIX)
    }


def test_all_settings_name_the_same_journal(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table")

    assert [environment(template, name)["SNAPKEEP_JOURNAL_TABLE"] for name in FUNCTIONS] == [
        {"Ref": table}
    ] * len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_runtime_and_processor_are_those_of_the_deployment(template: Template, name: str) -> None:
    function = template.function(name)

    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "handler.handle"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logs_are_structured_and_kept_for_three_months(template: Template, name: str) -> None:
    logging = template.function(name)["LoggingConfig"]
    group = template.at(logging["LogGroup"])

    assert logging["LogFormat"] == "JSON"
    assert group == {"LogGroupName": f"/aws/lambda/snapkeep-{name.replace('_', '-')}", "RetentionInDays": 90}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_shares_its_role(template: Template, name: str) -> None:
    role = template.function(name)["Role"]

    assert [other for other in FUNCTIONS if template.function(other)["Role"] == role] == [name]
    assert "ManagedPolicyArns" not in template.at(role)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_its_own_log_only(template: Template, name: str) -> None:
    group = template.function(name)["LoggingConfig"]["LogGroup"]["Ref"]
    writes = [item for item in template.statements(name) if "logs:PutLogEvents" in listed(item["Action"])]

    assert [arns(item) for item in writes] == [{f"{{{group}.Arn}}"}]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_concurrency_is_not_reserved_unless_asked_for(template: Template, name: str) -> None:
    assert "ReservedConcurrentExecutions" not in template.function(name)


def test_concurrency_is_reserved_for_whom_it_was_asked(full_template: Template) -> None:
    reserved = {name: full_template.function(name).get("ReservedConcurrentExecutions") for name in FUNCTIONS}

    assert {name: count for name, count in reserved.items() if count is not None} == {
        "save_node": 20,
        "prune": 1,
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_traced_only_if_asked_for(
    template: Template, full_template: Template, name: str
) -> None:
    assert "TracingConfig" not in template.function(name)
    assert "xray:PutTraceSegments" not in template.actions(name)
    assert full_template.function(name)["TracingConfig"] == {"Mode": "Active"}
    assert "xray:PutTraceSegments" in full_template.actions(name)


def test_no_policy_has_two_statements_of_one_name(template: Template) -> None:
    """IAM refuses such a policy, and so the whole deployment."""
    policies = template.resources("IAM::Policy").values()
    for policy in policies:
        names = [each["Sid"] for each in policy["PolicyDocument"]["Statement"] if "Sid" in each]
        assert sorted(names) == sorted(set(names))
    assert policies
