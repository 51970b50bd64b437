"""The schedule group: who may start what, and where lost starts go."""

from __future__ import annotations

from tests.unit.infra.template import Template, arns, listed


def test_all_schedules_are_in_the_group_of_the_deployment(template: Template) -> None:
    (group,) = template.resources("Scheduler::ScheduleGroup").values()

    assert group["Name"] == "snapkeep"
    assert {item["GroupName"] for item in template.resources("Scheduler::Schedule").values()} == {"snapkeep"}


def test_names_of_schedules_are_what_scheduler_allows(template: Template) -> None:
    for schedule in template.resources("Scheduler::Schedule").values():
        assert len(schedule["Name"]) <= 64
        assert set(schedule["Name"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_only_scheduler_of_this_account_and_group_may_take_the_roles(template: Template) -> None:
    roles = [
        template.at(item["Target"]["RoleArn"]) for item in template.resources("Scheduler::Schedule").values()
    ]
    (group,) = template.resources("Scheduler::ScheduleGroup")

    for role in roles:
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {
                "aws:SourceAccount": {"Ref": "AWS::AccountId"},
                "aws:SourceArn": {"Fn::GetAtt": [group, "Arn"]},
            }
        }


def test_a_schedules_role_may_start_its_function_and_report_failures(template: Template) -> None:
    target = template.schedule("backup.nightly")["Target"]
    statements = template.statements_of(target["RoleArn"])
    allowed = {(action, *arns(item)) for item in statements for action in listed(item["Action"])}

    assert allowed == {
        ("lambda:InvokeFunction", f"{{{target['Arn']['Fn::GetAtt'][0]}.Arn}}"),
        ("sqs:SendMessage", f"{{{target['DeadLetterConfig']['Arn']['Fn::GetAtt'][0]}.Arn}}"),
    }


def test_starts_that_never_arrive_are_kept_for_two_weeks(template: Template) -> None:
    for schedule in template.resources("Scheduler::Schedule").values():
        queue = template.at(schedule["Target"]["DeadLetterConfig"]["Arn"])
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
