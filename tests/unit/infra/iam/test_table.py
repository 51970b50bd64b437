"""Least privilege, row by row: `table.yaml` against the policies of the synthesized template."""

from __future__ import annotations

import pytest

from tests.unit.infra.iam.attackers import GUARDED
from tests.unit.infra.iam.conftest import OURS, ROWS
from tests.unit.infra.iam.world import (
    Answer,
    World,
    idle,
    taken_by_the_guard,
    too_much,
    unknown_keys,
    wrong,
)
from tests.unit.infra.template import Template


@pytest.mark.parametrize("who", dict.fromkeys(row.who for row in ROWS))
def test_iam_answers_as_the_table_says(who: str, answers: list[Answer]) -> None:
    assert wrong(answers, who) == []


@pytest.mark.parametrize("borrower", sorted({row.who for row in OURS}))
def test_a_role_can_do_nothing_that_only_another_may(borrower: str, answers: list[Answer]) -> None:
    assert too_much(answers, borrower) == []


def test_the_organizations_guard_takes_nothing_from_any_function(answers: list[Answer]) -> None:
    assert {f"{row.who}{GUARDED}" for row in OURS} <= {each.who for each in answers}
    assert taken_by_the_guard(answers) == []


def test_whatever_a_role_is_granted_some_row_needs(world: World, answers: list[Answer]) -> None:
    assert idle(world, answers) == []


def test_what_is_allowed_is_asked_with_keys_that_iam_knows_for_the_action(answers: list[Answer]) -> None:
    assert unknown_keys(answers) == []


def test_every_role_of_the_template_is_in_the_table(world: World, template: Template) -> None:
    managed_by_aws = [
        each for each in template.resources("IAM::Role").values() if "ManagedPolicyArns" in each
    ]

    assert set(world.roles) == {row.who for row in OURS}
    assert len(template.resources("IAM::Role")) == len(world.roles) + len(managed_by_aws)
    statements = [each["AssumeRolePolicyDocument"]["Statement"][0] for each in managed_by_aws]
    assert {each["Principal"]["Service"] for each in statements} == {
        "apigateway.amazonaws.com",
        "backup.amazonaws.com",
    }


def test_only_lambda_takes_the_roles_of_functions(template: Template) -> None:
    for function in template.resources("Lambda::Function").values():
        (statement,) = template.at(function["Role"])["AssumeRolePolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Principal"]) == (
            "sts:AssumeRole",
            {"Service": "lambda.amazonaws.com"},
        )
