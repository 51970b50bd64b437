"""The stack as a whole."""

from __future__ import annotations

from typing import Any

from tests.unit.infra.template import Template, arns, listed


def test_no_role_has_a_wildcard_action(template: Template) -> None:
    for policy in template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_every_resource_is_named_where_aws_lets_us(template: Template) -> None:
    for policy in template.resources("IAM::Policy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "*" in arns(statement):
                assert all(action.startswith("ec2:Describe") for action in listed(statement["Action"]))


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
    }


def test_a_synth_warns_of_nothing_but_the_bytecode_that_is_missing_here(assembly: Any) -> None:
    messages = [message.entry.data for message in assembly.get_stack_by_name("Snapkeep").messages]

    assert [text for text in messages if "no Python 3.13 on this machine" not in str(text)] == []
