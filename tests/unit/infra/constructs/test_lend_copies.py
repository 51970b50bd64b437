"""The function that lends: what starts it, and that nobody else may share a copy or grant the vault's key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapkeep.domain.vault.loans import OPERATIONS
from snapkeep.settings import LendCopiesSettings
from snapkeep_cli.config.stack_options import StackOptions
from tests.unit.infra.conftest import IN_VAULTS, VAULT, VAULT_KEY, synthesized, template_of
from tests.unit.infra.template import Template, arns

BORROWER = "444455556666"
SNAPSHOTS = "arn:<Partition>:ec2:ap-northeast-2::snapshot/*"
LENDING = {"ec2:ModifySnapshotAttribute", "kms:CreateGrant", "kms:RevokeGrant", "kms:ListGrants"}
FORBIDDEN = {
    "ec2:DeleteSnapshot",
    "ec2:UnlockSnapshot",
    "ec2:CopySnapshot",
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "sts:AssumeRole",
}


@pytest.fixture(scope="module")
def without_loans(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A vault that lends to nobody."""
    assert VAULT.vault is not None
    deployment = replace(VAULT, vault=replace(VAULT.vault, lend_to=()))
    return template_of(
        synthesized(tmp_path_factory.mktemp("no-loans"), StackOptions(), deployment=deployment)
    )


def test_only_it_lends_and_it_deletes_copies_unlocks_and_reads_nothing(vault_stack: Template) -> None:
    assert vault_stack.actions("lend_copies") >= LENDING
    assert not FORBIDDEN & vault_stack.actions("lend_copies")
    for name in set(IN_VAULTS) - {"lend_copies"}:
        grants = {"kms:CreateGrant"} if name == "pull_copies" else set()  # only for AWS services
        assert LENDING & vault_stack.actions(name) == grants, name


def test_only_copies_are_shared_and_only_with_the_accounts_of_the_config(vault_stack: Template) -> None:
    statement = vault_stack.statement("lend_copies", "LendCopies")
    assert arns(statement) == {SNAPSHOTS}
    assert statement["Condition"] == {
        "StringEquals": {"aws:ResourceTag/snapkeep:managed": "copy"},
        "ForAllValues:StringEquals": {"ec2:Add/userId": [BORROWER]},
        "Null": {"ec2:Add/userId": "false", "ec2:Add/group": "true"},
    }


def test_only_these_accounts_are_granted_only_what_ebs_needs_to_copy(vault_stack: Template) -> None:
    statement = vault_stack.statement("lend_copies", "GrantKeyOfCopies")
    assert arns(statement) == {VAULT_KEY}
    assert statement["Condition"] == {
        "StringEquals": {"kms:GranteePrincipal": [f"arn:aws:iam::{BORROWER}:root"]},
        "ForAllValues:StringEquals": {"kms:GrantOperations": list(OPERATIONS)},
        "Null": {"kms:GrantOperations": "false"},
    }


def test_loans_to_accounts_that_left_the_config_can_be_ended(
    vault_stack: Template, without_loans: Template
) -> None:
    for stack in (vault_stack, without_loans):
        ended = stack.statement("lend_copies", "EndLoans")["Condition"]
        assert ended["Null"] == {
            "ec2:Remove/userId": "false",
            "ec2:Add/userId": "true",
            "ec2:Add/group": "true",
        }
        assert arns(stack.statement("lend_copies", "RevokeGrants")) == {VAULT_KEY}
    assert "kms:CreateGrant" not in without_loans.actions("lend_copies")


def test_it_writes_no_tag_but_holds(vault_stack: Template) -> None:
    for sid in ("HoldCopies", "LiftHoldsOfCopies"):
        statement = vault_stack.statement("lend_copies", sid)
        assert statement["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["snapkeep:hold"]}
        assert statement["Condition"]["StringEquals"] == {"aws:ResourceTag/snapkeep:managed": "copy"}


def test_loans_end_every_five_minutes_and_an_alarm_says_if_they_do_not(vault_stack: Template) -> None:
    (schedule,) = (
        each
        for each in vault_stack.resources("Scheduler::Schedule").values()
        if each["Name"] == "lend-copies"
    )
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", "ENABLED")
    runbooks = [each["AlarmDescription"] for each in vault_stack.resources("CloudWatch::Alarm").values()]
    assert any(text.endswith("loans.md") for text in runbooks)


def test_it_finds_the_settings_it_reads(vault_stack: Template) -> None:
    variables = vault_stack.function("lend_copies")["Environment"]["Variables"]
    assert LendCopiesSettings.from_environment(variables).event_bus == "default"
