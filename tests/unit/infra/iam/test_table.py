"""Least privilege, row by row: `table.yaml` against the policies of the synthesized template."""

from __future__ import annotations

import pytest

from tests.unit.infra.iam.attackers import GUARDED
from tests.unit.infra.iam.concrete import granted, shown
from tests.unit.infra.iam.conftest import OURS, ROWS, Answer, World
from tests.unit.infra.template import Template


@pytest.mark.parametrize("who", dict.fromkeys(row.who for row in ROWS))
def test_iam_answers_as_the_table_says(who: str, answers: list[Answer]) -> None:
    wrong = [
        f"{each.row}: IAM says {each.verdict.result}"
        for each in answers
        if each.who == each.row.who == who and each.verdict.allowed is not each.row.allowed
    ]

    assert wrong == []


@pytest.mark.parametrize("borrower", sorted({row.who for row in OURS}))
def test_a_role_can_do_nothing_that_only_another_may(borrower: str, answers: list[Answer]) -> None:
    too_much = [
        f"{borrower} can do what {each.row}"
        for each in answers
        if each.who == borrower != each.row.who and each.verdict.allowed
    ]

    assert too_much == []


def test_the_organizations_guard_takes_nothing_from_any_function(answers: list[Answer]) -> None:
    guarded = [each for each in answers if each.who == f"{each.row.who}{GUARDED}"]

    assert {each.row.who for each in guarded} == {row.who for row in OURS}
    assert [f"{each.row}: {each.verdict.result}" for each in guarded if not each.verdict.allowed] == []


def test_whatever_a_role_is_granted_some_row_needs(world: World, answers: list[Answer]) -> None:
    needed = {
        (each.who, sid, each.row.action)
        for each in answers
        for sid in each.verdict.allowed_by
        if each.who == each.row.who and each.row.allowed
    }
    idle = [
        f"{role} may {action}, but no row of the table needs it: {shown(policy, sid)}"
        for role, policy in world.roles.items()
        for sid, action in sorted(granted(policy))
        if (role, sid, action) not in needed
    ]

    assert idle == []


def test_what_is_allowed_is_asked_with_keys_that_iam_knows_for_the_action(answers: list[Answer]) -> None:
    unknown = [
        f"{each.row}: {key}" for each in answers if each.row.allowed for key in each.verdict.unknown_keys
    ]

    assert unknown == []


def test_every_role_of_the_template_is_in_the_table(world: World, template: Template) -> None:
    managed_by_aws = [
        each for each in template.resources("IAM::Role").values() if "ManagedPolicyArns" in each
    ]

    assert set(world.roles) == {row.who for row in OURS}
    assert len(template.resources("IAM::Role")) == len(world.roles) + len(managed_by_aws)
    assert [each["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] for each in managed_by_aws] == [
        {"Service": "apigateway.amazonaws.com"}
    ]


def test_only_lambda_takes_the_roles_of_functions(template: Template) -> None:
    for function in template.resources("Lambda::Function").values():
        (statement,) = template.at(function["Role"])["AssumeRolePolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Principal"]) == (
            "sts:AssumeRole",
            {"Service": "lambda.amazonaws.com"},
        )
