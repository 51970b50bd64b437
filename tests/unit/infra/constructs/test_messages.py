"""What copy_points may do for vaults in other accounts, and what these may do here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from snapkeep_cli.config.stack_size import FOR_PLACES, FOR_VAULTS
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, arns, text

EVENTS = Path(__file__).parents[4] / "events" / "copy_points"
ACCOUNTS = ["222233334444", "333344445555"]
SNAPSHOTS = "arn:<Partition>:ec2:ap-northeast-2::snapshot/*"


@pytest.fixture
def rule(vault_template: Template) -> Resource:
    return next(
        item
        for item in vault_template.resources("Events::Rule").values()
        if item["EventPattern"].get("source") == ["snapkeep.copies"]
    )


def test_only_vaults_need_a_bus(
    template: Template, copied_template: Template, vault_template: Template
) -> None:
    for each in (template, copied_template):
        assert not each.resources("Events::EventBus")
    assert len(vault_template.resources("Events::EventBus")) == 1
    more = len(vault_template.document["Resources"]) - len(template.document["Resources"])
    assert more <= FOR_PLACES + FOR_VAULTS


def test_without_places_of_ours_nothing_is_copied_from_here(vault_template: Template) -> None:
    actions = vault_template.actions("copy_points")
    assert not {"ec2:CopySnapshot", "ec2:LockSnapshot", "kms:CreateGrant", "kms:Decrypt"} & actions
    patterns = [each["EventPattern"] for each in vault_template.resources("Events::Rule").values()]
    assert not [each for each in patterns if each.get("detail") == {"event": ["copySnapshot"]}]


def test_points_are_shared_with_the_vaults_accounts_only(vault_template: Template) -> None:
    statement = vault_template.statement("copy_points", "ShareWithVaults")
    condition = statement["Condition"]
    assert arns(statement) == {SNAPSHOTS}
    assert statement["Action"] == "ec2:ModifySnapshotAttribute"
    assert condition["ForAllValues:StringEquals"] == {"ec2:Add/userId": ACCOUNTS}
    assert condition["Null"] == {"ec2:Add/userId": "false", "ec2:Add/group": "true"}
    assert condition["StringEquals"]["aws:ResourceTag/snapkeep:managed"] == "true"
    assert condition["StringEquals"]["aws:ResourceTag/snapkeep:cluster"] == ["myeks", "second"]


def test_to_stop_sharing_adds_nobody(vault_template: Template) -> None:
    condition = vault_template.statement("copy_points", "StopSharing")["Condition"]
    assert condition["Null"] == {
        "ec2:Remove/userId": "false",
        "ec2:Add/userId": "true",
        "ec2:Add/group": "true",
    }


def test_only_the_buses_of_the_vaults_are_asked(vault_template: Template) -> None:
    statement = vault_template.statement("copy_points", "AskVaults")
    assert arns(statement) == {
        "arn:aws:events:ap-northeast-2:333344445555:event-bus/snapkeep-vault",
        "arn:aws:events:eu-west-1:222233334444:event-bus/snapkeep-vault",
    }


def test_vaults_may_put_answers_on_their_bus_and_nothing_else(vault_template: Template) -> None:
    (bus,) = vault_template.resources("Events::EventBus").values()
    (policy,) = vault_template.resources("Events::EventBusPolicy").values()
    statement = policy["Statement"]
    assert text(bus["Name"]) == "snapkeep-answers"
    assert [text(each) for each in statement["Principal"]["AWS"]] == [
        f"arn:{{AWS::Partition}}:iam::{account}:root" for account in ACCOUNTS
    ]
    assert statement["Action"] == "events:PutEvents"
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {
            "events:source": "snapkeep.copies",
            "events:detail-type": "Snapkeep Copy Answered",
        },
        "Null": {"events:source": "false", "events:detail-type": "false"},
    }


@pytest.mark.parametrize("outcome", ["ready", "failed", "refused", "later"])
def test_answers_of_vaults_reach_the_queue_and_those_of_others_do_not(rule: Resource, outcome: str) -> None:
    event: dict[str, Any] = json.loads((EVENTS / f"answered_{outcome}.json").read_text())
    assert matches(rule["EventPattern"], event)
    assert not matches(rule["EventPattern"], event | {"account": "111122223333"})
    assert not matches(rule["EventPattern"], event | {"detail-type": "Snapkeep Copy Wanted"})
    assert "EventBusName" in rule


def test_it_may_read_who_manages_a_key(vault_template: Template) -> None:
    statement = vault_template.statement("copy_points", "DescribeKeys")
    assert statement["Action"] == "kms:DescribeKey" and "Condition" not in statement
