"""The function that copies into a vault: what starts it, whom it hears, and what it may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.infra.conftest import VAULT_KEY
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, arns, text

EVENTS = Path(__file__).parents[4] / "events"
ACCOUNTS = ["111122223333", "333344445555"]
SNAPSHOTS = "arn:<Partition>:ec2:ap-northeast-2::snapshot"
FORBIDDEN = {
    "ec2:DeleteSnapshot",
    "ec2:UnlockSnapshot",
    "ec2:ModifySnapshotAttribute",
    "ec2:ModifySnapshotTier",
    "ec2:DeleteTags",
    "sts:AssumeRole",
}


def rule_for(stack: Template, source: str) -> Resource:
    (found,) = (
        item
        for item in stack.resources("Events::Rule").values()
        if item["EventPattern"].get("source") == [source]
    )
    return found


def test_it_copies_and_locks_and_deletes_unlocks_and_shares_nothing(vault_stack: Template) -> None:
    actions = vault_stack.actions("pull_copies")
    assert {"ec2:CopySnapshot", "ec2:CreateTags", "ec2:LockSnapshot", "events:PutEvents"} <= actions
    assert not FORBIDDEN & actions
    functions = vault_stack.resources("Lambda::Function").values()
    others = {each["FunctionName"].removeprefix("snapkeep-").replace("-", "_") for each in functions}
    assert not [each for each in others - {"pull_copies"} if "ec2:CopySnapshot" in vault_stack.actions(each)]


def test_only_snapshots_of_its_sources_are_copied(vault_stack: Template) -> None:
    sources = vault_stack.statement("pull_copies", "SourcesOfCopies")
    assert arns(sources) == {
        f"{SNAPSHOTS}/snap-*",
        f"{SNAPSHOTS}/snap-*".replace("ap-northeast-2", "eu-west-1"),
    }
    assert sources["Condition"]["StringEquals"] == {"ec2:Owner": ACCOUNTS}
    new = vault_stack.statement("pull_copies", "NewCopies")
    assert arns(new) == {f"{SNAPSHOTS}/*"}
    assert [text(each) for each in new["Condition"]["StringEqualsIfExists"]["ec2:Owner"]] == [
        "{AWS::AccountId}",
        *ACCOUNTS,
    ]
    said = new["Condition"]["StringEquals"]
    assert said["aws:RequestTag/snapkeep:managed"] == "copy"
    assert said["aws:RequestTag/snapkeep:place"] == ["prod", "test"]
    assert said["aws:RequestTag/snapkeep:copy-from"] == [
        "111122223333/ap-northeast-2",
        "333344445555/eu-west-1",
    ]


def test_each_source_is_locked_for_its_own_days(vault_stack: Template) -> None:
    condition = vault_stack.statement("pull_copies", "LockCopiesFor14Days")["Condition"]
    assert condition["NumericEquals"] == {"ec2:SnapshotLockDuration": "14"}
    assert condition["StringEquals"]["aws:ResourceTag/snapkeep:place"] == ["prod"]


def test_keys_are_used_through_ec2_only(vault_stack: Template) -> None:
    for sid in ("UseKeysOfCopies", "GrantKeysOfCopies"):
        statement = vault_stack.statement("pull_copies", sid)
        assert arns(statement) == {
            "arn:<Partition>:kms:ap-northeast-2:111122223333:key/*",
            "arn:<Partition>:kms:eu-west-1:333344445555:key/*",
            VAULT_KEY,
        }
        assert [text(each) for each in statement["Condition"]["StringEquals"]["kms:ViaService"]] == [
            "ec2.ap-northeast-2.{AWS::URLSuffix}",
            "ec2.eu-west-1.{AWS::URLSuffix}",
        ]


def test_it_answers_its_sources_and_nobody_else(vault_stack: Template) -> None:
    assert arns(vault_stack.statement("pull_copies", "AnswerSources")) == {
        "arn:aws:events:ap-northeast-2:111122223333:event-bus/snapkeep-answers",
        "arn:aws:events:eu-west-1:333344445555:event-bus/green-answers",
    }


def test_only_sources_may_put_requests_on_its_bus(vault_stack: Template) -> None:
    (bus,) = vault_stack.resources("Events::EventBus").values()
    assert text(bus["Name"]) == "snapkeep-vault"
    (policy,) = vault_stack.resources("Events::EventBusPolicy").values()
    statement = policy["Statement"]
    assert [text(each) for each in statement["Principal"]["AWS"]] == [
        f"arn:{{AWS::Partition}}:iam::{account}:root" for account in ACCOUNTS
    ]
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {
            "events:source": "snapkeep.copies",
            "events:detail-type": "Snapkeep Copy Wanted",
        },
        "Null": {"events:source": "false", "events:detail-type": "false"},
    }


def test_requests_of_sources_reach_its_queue_and_those_of_others_do_not(vault_stack: Template) -> None:
    pattern = rule_for(vault_stack, "snapkeep.copies")["EventPattern"]
    sample: dict[str, Any] = json.loads((EVENTS / "pull_copies" / "wanted.json").read_text())
    asked = sample | {"account": "111122223333"}
    assert matches(pattern, asked)
    assert not matches(pattern, asked | {"account": "222233334444"})
    assert not matches(pattern, asked | {"detail-type": "Snapkeep Copy Answered"})


@pytest.mark.parametrize("sample", ["copied", "copy_failed"])
def test_ends_of_its_own_copies_reach_its_queue(vault_stack: Template, sample: str) -> None:
    pattern = rule_for(vault_stack, "aws.ec2")["EventPattern"]
    assert pattern["account"] == [{"Ref": "AWS::AccountId"}]
    event: dict[str, Any] = json.loads((EVENTS / "copy_points" / f"{sample}.json").read_text())
    ours = event | {"account": "222233334444", "region": "ap-northeast-2"}
    pattern = pattern | {"account": ["222233334444"]}
    assert matches(pattern, ours)
    assert not matches(pattern, ours | {"account": "111122223333"})
    assert not matches(pattern, ours | {"region": "eu-west-1"})


def test_it_takes_a_turn_every_five_minutes(vault_stack: Template) -> None:
    schedule = vault_stack.schedule("pull-copies")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    mapping, queue = vault_stack.source_of("pull_copies")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["VisibilityTimeout"] >= vault_stack.function("pull_copies")["Timeout"]
