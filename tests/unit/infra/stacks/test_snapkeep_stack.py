"""The stack as a whole."""

from __future__ import annotations

from typing import Any

from tests.unit.infra.conftest import BOUNDARY, FUNCTIONS
from tests.unit.infra.template import Template, arns, listed, text


def test_no_role_has_a_wildcard_action(template: Template) -> None:
    for policy in template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_every_resource_is_named_where_aws_lets_us(template: Template) -> None:
    for policy in template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "*" in arns(statement):
                looking = ("ec2:Describe", "ec2:ListSnapshotsInRecycleBin")
                assert all(action.startswith(looking) for action in listed(statement["Action"]))


def test_every_statement_allows_and_none_reaches_into_another_service_by_not(template: Template) -> None:
    for policy in template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            assert not {"NotAction", "NotResource"} & set(statement)


def test_a_stack_can_be_deployed_without_cdks_bootstrap_parameter(template: Template) -> None:
    assert "Parameters" not in template.document
    assert "Rules" not in template.document


def test_outputs_say_where_to_look(template: Template) -> None:
    assert set(template.document["Outputs"]) == {
        "ApiUrl",
        "FailureTopicArn",
        "JobsQueueUrl",
        "JournalTableName",
        "LifecycleQueueArn",
        "ScheduleGroupName",
        "StaysAfterDestroy",
    }


def test_what_stays_after_a_destroy_is_said_and_is_all_that_stays(template: Template) -> None:
    (table,) = template.resources("DynamoDB::Table")
    (bucket, *_) = template.resources("S3::Bucket")
    said = text(template.document["Outputs"]["StaysAfterDestroy"]["Value"])
    kept = {
        name
        for name, resource in template.document["Resources"].items()
        if resource.get("DeletionPolicy") == "Retain"
    }
    logging = set(template.resources("ApiGateway::Account")) | {
        name for name in template.resources("IAM::Role") if "CloudWatchRole" in name
    }

    assert "Every backup" in said and f"{{{table}}}" in said and f"{{{bucket}}}" in said
    assert kept - set(template.resources("S3::BucketPolicy")) == {
        table,
        bucket,
        *logging,
    }  # what lets the account's API Gateway write logs is not ours alone
    assert template.resources("DynamoDB::Table")[table]["DeletionProtectionEnabled"] is True


def test_every_role_stays_within_the_boundary(template: Template, full_template: Template) -> None:
    roles = full_template.resources("IAM::Role").values()

    assert {role["PermissionsBoundary"] for role in roles} == {BOUNDARY}
    assert not [role for role in template.resources("IAM::Role").values() if "PermissionsBoundary" in role]


def test_every_role_that_is_ours_alone_has_a_fixed_name_under_the_path_of_the_deployment(
    template: Template,
) -> None:
    roles = template.resources("IAM::Role")
    named = {text(role["RoleName"]): role["Path"] for role in roles.values() if "RoleName" in role}
    starters = {schedule["Target"]["RoleArn"]["Fn::GetAtt"][0] for schedule in schedules(template)}
    functions = {
        f"snapkeep-ap-northeast-2-{name.replace('_', '-')}": function["Role"]["Fn::GetAtt"][0]
        for name in FUNCTIONS
        if (function := template.function(name))
    }

    assert set(named.values()) == {"/snapkeep/"}
    assert {name: roles[role]["RoleName"] for name, role in functions.items()} == {n: n for n in functions}
    assert {roles[role]["RoleName"] for role in starters} == named.keys() - functions.keys()
    assert [name for name, role in roles.items() if "RoleName" not in role and "Cloud" not in name] == []


def schedules(template: Template) -> list[Any]:
    return list(template.resources("Scheduler::Schedule").values())


def test_alarms_lead_to_where_the_runbooks_are_published(full_template: Template) -> None:
    for alarm in full_template.resources("CloudWatch::Alarm").values():
        assert ". Runbook: https://wiki.example.com/snapkeep/" in alarm["AlarmDescription"]


def test_no_option_brings_a_wildcard_action(full_template: Template) -> None:
    for policy in full_template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_a_synth_warns_of_nothing_but_the_bytecode_that_is_missing_here(assembly: Any) -> None:
    messages = [message.entry.data for message in assembly.get_stack_by_name("Snapkeep").messages]

    assert [text for text in messages if "no Python 3.13 on this machine" not in str(text)] == []
