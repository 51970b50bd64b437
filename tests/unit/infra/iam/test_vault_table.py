"""Least privilege in a vault, row by row: `vault_table.yaml` against the policies of its stack."""

from __future__ import annotations

import pytest

from tests.unit.infra.iam.concrete import Concrete, roles
from tests.unit.infra.iam.rows import VAULT_TABLE, rows_of, rows_of_everybody
from tests.unit.infra.iam.vault_world import VAULT_ACCOUNT, vault_principals, vault_things
from tests.unit.infra.iam.world import (
    Answer,
    World,
    ask,
    idle,
    taken_by_the_guard,
    too_much,
    unknown_keys,
    wrong,
)
from tests.unit.infra.template import Template

OURS = [
    *rows_of_everybody(VAULT_TABLE),
    *rows_of("functions", VAULT_TABLE),
    *rows_of("schedules", VAULT_TABLE),
]
ROWS = [*OURS, *rows_of("services", VAULT_TABLE), *rows_of("attackers", VAULT_TABLE)]


@pytest.fixture(scope="module")
def vault(vault_stack: Template) -> World:
    """The stack of a vault, deployed into a made-up account."""
    concrete = Concrete(vault_stack, VAULT_ACCOUNT)
    policies = roles(concrete)
    return World(concrete, policies, vault_principals(policies), vault_things(concrete))


@pytest.fixture(scope="module")
def verdicts(vault: World) -> list[Answer]:
    """What IAM answers to all rows."""
    return ask(vault, OURS, ROWS)


@pytest.mark.parametrize("who", dict.fromkeys(row.who for row in ROWS))
def test_iam_answers_as_the_table_says(who: str, verdicts: list[Answer]) -> None:
    assert wrong(verdicts, who) == []


@pytest.mark.parametrize("borrower", sorted({row.who for row in OURS}))
def test_a_role_can_do_nothing_that_only_another_may(borrower: str, verdicts: list[Answer]) -> None:
    assert too_much(verdicts, borrower) == []


def test_the_organizations_guard_takes_nothing_from_any_function(verdicts: list[Answer]) -> None:
    assert taken_by_the_guard(verdicts) == []


def test_whatever_a_role_is_granted_some_row_needs(vault: World, verdicts: list[Answer]) -> None:
    assert idle(vault, verdicts) == []


def test_what_is_allowed_is_asked_with_keys_that_iam_knows_for_the_action(verdicts: list[Answer]) -> None:
    assert unknown_keys(verdicts) == []


def test_every_role_is_in_the_table(vault: World) -> None:
    assert set(vault.roles) == {row.who for row in OURS}
