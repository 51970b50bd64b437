"""The stack of a vault: no clusters, its own size, and the largest that fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep_cli.config.stack_size import LOCK_LENGTHS, QUOTA
from snapkeep_cli.config.vault.size import MOST_SOURCES, RESOURCES
from tests.unit.infra.conftest import IN_VAULTS, OPTIONS, PROD, VAULT, synthesized, template_of
from tests.unit.infra.stacks.test_large_stacks import characters, counted
from tests.unit.infra.template import Template


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A vault with as many sources as it may have, with long names, and every option."""
    assert VAULT.vault is not None
    sources = tuple(
        replace(
            PROD,
            name=f"{'p' * 18}{number:02}",
            account=f"{111122223300 + number}",
            region=f"ap-southeast-{1 + number % 7}",
            deployment=f"{'d' * 18}-{number:02}",
            clusters=tuple(f"{'c' * 97}{each:03}" for each in range(10)),
            lock=Lock(LockMode.GOVERNANCE, 14 + number % LOCK_LENGTHS),
        )
        for number in range(MOST_SOURCES)
    )
    deployment = replace(VAULT, vault=replace(VAULT.vault, sources=sources))
    options = OPTIONS.model_copy(update={"vpc": None})
    return template_of(synthesized(tmp_path_factory.mktemp("largest"), options, deployment=deployment))


def test_the_size_that_validate_tells_is_that_of_the_stack(vault_stack: Template) -> None:
    assert len(vault_stack.document["Resources"]) == RESOURCES, "set RESOURCES in config/vault/size.py"


def test_it_has_the_functions_of_a_vault_and_reaches_no_cluster(vault_stack: Template) -> None:
    names = {each["FunctionName"] for each in vault_stack.resources("Lambda::Function").values()}
    assert names == {f"snapkeep-{name.replace('_', '-')}" for name in IN_VAULTS}
    assert not vault_stack.resources("EKS::AccessEntry")
    assert not any(action.startswith("eks:") for name in IN_VAULTS for action in vault_stack.actions(name))


def test_no_role_trusts_another_account(vault_stack: Template) -> None:
    for role in vault_stack.resources("IAM::Role").values():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert list(statement["Principal"]) == ["Service"]


def test_the_largest_vault_fits_into_what_iam_and_eventbridge_hold(largest: Template) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    """
    resources, split = counted(largest)
    assert resources + split <= QUOTA and split <= 9
    for policy in largest.resources("IAM::ManagedPolicy").values():
        assert characters(policy["PolicyDocument"]) <= 6_144
    inline: dict[str, int] = {}
    for policy in largest.resources("IAM::Policy").values():
        for role in policy["Roles"]:
            inline[role["Ref"]] = inline.get(role["Ref"], 0) + characters(policy["PolicyDocument"])
    assert max(inline.values()) <= 10_240
    for rule in largest.resources("Events::Rule").values():
        assert characters(rule["EventPattern"]) < 2_048
    for policy in largest.resources("Events::EventBusPolicy").values():
        assert characters(policy["Statement"]) < 10_240
