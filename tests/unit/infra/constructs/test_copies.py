"""copy_points: what starts it, what it may do, and that a deployment without places lacks it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack

from infra import permissions
from infra.permissions.conditions import Owner
from snapkeep.domain.copies.places import Home, Place
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.retention.deletion.locks import Lock, LockMode
from snapkeep.services.copies.take_copies import LEASE
from snapkeep.settings import CopyPointsSettings
from snapkeep_cli.config.stack_size import FOR_PLACES, LOCK_LENGTHS, MOST_PLACES, NAMES_FIT, ROOM_FOR_PLACES
from tests.unit.infra.conftest import NIGHTLY, OSAKA_KEY
from tests.unit.infra.event_pattern import matches
from tests.unit.infra.template import Resource, Template, arns, text

OSAKA = "arn:<Partition>:ec2:ap-northeast-3::snapshot/*"


@pytest.fixture
def rule(copied_template: Template) -> Resource:
    return next(
        item
        for item in copied_template.resources("Events::Rule").values()
        if item["EventPattern"].get("detail") == {"event": ["copySnapshot"]}
    )


def an_event(region: str = "ap-northeast-3", **detail: Any) -> dict[str, Any]:
    return {
        "source": "aws.ec2",
        "detail-type": "EBS Snapshot Notification",
        "account": "111122223333",
        "region": region,
        "detail": {"event": "copySnapshot", "result": "succeeded"} | detail,
    }


def test_a_deployment_without_places_has_nothing_of_it(template: Template, copied_template: Template) -> None:
    plain, copied = (each.document["Resources"] for each in (template, copied_template))
    assert not [name for name in plain if name.startswith("Copies")]
    assert len(copied) - len(plain) == FOR_PLACES


def test_copies_that_ended_in_the_places_of_this_account_are_taken(rule: Resource) -> None:
    pattern = rule["EventPattern"] | {"account": ["111122223333"]}
    assert rule["EventPattern"]["account"] == [{"Ref": "AWS::AccountId"}]
    assert matches(pattern, an_event())
    assert matches(pattern, an_event(result="failed"))
    assert not matches(pattern, an_event(region="us-east-1"))
    assert not matches(pattern, an_event() | {"account": "444455556666"})
    assert not matches(pattern, an_event(event="createSnapshot"))


def test_it_finds_its_settings_and_has_a_role_of_its_own(copied_template: Template) -> None:
    function = copied_template.function("copy_points")
    wanted = CopyPointsSettings(journal_table="", event_bus="").to_environment()
    roles = [text(each["Role"]) for each in copied_template.resources("Lambda::Function").values()]
    assert wanted.keys() <= function["Environment"]["Variables"].keys()
    assert roles.count(text(function["Role"])) == 1


def test_it_takes_a_turn_every_five_minutes(copied_template: Template) -> None:
    schedule = copied_template.schedule("copy-points")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"


def test_it_never_outlives_its_lease_and_an_event_waits_for_another_invocation(
    copied_template: Template,
) -> None:
    timeout = copied_template.function("copy_points")["Timeout"]
    _, queue = copied_template.source_of("copy_points")
    assert timeout < LEASE.total_seconds()
    assert queue["VisibilityTimeout"] >= timeout


def test_it_deletes_nothing_and_writes_nothing_at_home_but_holds(copied_template: Template) -> None:
    actions = copied_template.actions("copy_points")
    assert {each for each in actions if "Delete" in each and each.startswith("ec2:")} == {"ec2:DeleteTags"}
    assert not {"ec2:CreateSnapshot", "ec2:DeleteSnapshot", "ec2:ModifySnapshotAttribute"} & actions
    for sid in ("Hold", "LiftHold"):
        condition = copied_template.statement("copy_points", sid)["Condition"]
        assert condition["ForAllValues:StringEquals"] == {"aws:TagKeys": ["snapkeep:hold"]}


def test_new_copies_carry_our_tags_and_no_drivers(copied_template: Template) -> None:
    statement = copied_template.statement("copy_points", "NewCopies")
    equal = statement["Condition"]["StringEquals"]
    keys = statement["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]
    assert arns(statement) == {OSAKA}
    assert equal["aws:RequestTag/snapkeep:managed"] == "copy"
    assert equal["aws:RequestTag/snapkeep:deployment"] == "snapkeep"
    assert equal["aws:RequestTag/snapkeep:place"] == ["osaka", "spare"]
    assert "snapkeep:copy-of" in keys
    assert not [key for key in keys if not key.startswith("snapkeep:")]
    assert not {"snapkeep:hold", "snapkeep:duplicate"} & set(keys)


def test_only_snapshots_of_this_account_and_region_are_copied(copied_template: Template) -> None:
    statement = copied_template.statement("copy_points", "SourcesOfCopies")
    assert arns(statement) == {"arn:<Partition>:ec2:ap-northeast-2::snapshot/snap-*"}
    assert statement["Condition"] == {"StringEquals": {"ec2:Owner": {"Ref": "AWS::AccountId"}}}


def test_a_copy_is_locked_for_the_days_of_its_rule(copied_template: Template) -> None:
    statement = copied_template.statement("copy_points", "LockCopiesFor14Days")
    equal = statement["Condition"]["StringEquals"]
    assert arns(statement) == {OSAKA}
    assert equal["aws:ResourceTag/snapkeep:policy"] == ["nightly", "on-demand"]
    assert equal["aws:ResourceTag/snapkeep:managed"] == "copy"
    assert statement["Condition"]["NumericEquals"] == {"ec2:SnapshotLockDuration": "14"}


@pytest.mark.parametrize("sid", ["UseKeysOfCopies", "GrantKeysOfCopies"])
def test_keys_are_used_by_ec2_only(copied_template: Template, sid: str) -> None:
    statement = copied_template.statement("copy_points", sid)
    services = statement["Condition"]["StringEquals"]["kms:ViaService"]
    assert OSAKA_KEY in arns(statement)
    assert [text(each).split(".")[:2] for each in services] == [
        ["ec2", "ap-northeast-2"],
        ["ec2", "ap-northeast-3"],
    ]
    if sid == "GrantKeysOfCopies":
        assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_the_largest_deployment_with_places_fits_into_the_policies_of_a_role() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    stack = Stack(App(), "Largest", env=Environment(account="111122223333", region="ap-northeast-2"))
    regions = [f"ap-northeast-{number:02}" for number in range(MOST_PLACES)]
    places = [Place(f"{region}-place", region, OSAKA_KEY) for region in regions]
    places = [replace(place, kms_key=f"{place.kms_key[:-2]}{n:02}") for n, place in enumerate(places)]
    owner = Owner("d" * 40, [f"{'x' * 97}{number:03}" for number in range(NAMES_FIT // 103)])
    policies = [
        replace(
            NIGHTLY,
            name=f"{'n' * 58}-{number:03}",
            copies=tuple(
                CopyRule(place.name, {"last": 1}, lock=Lock(LockMode.GOVERNANCE, 14 + number % LOCK_LENGTHS))
                for place in places
            ),
        )
        for number in range(100)
    ]
    marks, homes = permissions.copies_of(stack, owner), [Home(stack.account, stack.region)]
    statements = [
        *permissions.hold_snapshots(stack, owner),
        *permissions.copy_snapshots(stack, marks, places, homes),
        permissions.mark_duplicate_copies(stack, marks, places),
        permissions.mark_cancelled_copies(stack, marks, places),
        *permissions.lock_copies(stack, owner, places, policies),
        *permissions.use_copy_keys(stack, places, homes),
    ]
    sizes = [
        len(json.dumps(stack.resolve(each.to_statement_json()), separators=(",", ":"))) for each in statements
    ]
    assert max(sizes) < 6_000
    managed, room = 0, 0
    for size in sizes:
        managed, room = (managed, room - size - 1) if size < room else (managed + 1, 6_000 - size)
    assert managed <= ROOM_FOR_PLACES


def test_it_marks_our_copies_as_cancelled_and_writes_no_other_tag_with_that_right(
    copied_template: Template,
) -> None:
    statement = copied_template.statement("copy_points", "MarkCancelledCopies")
    assert arns(statement) == {OSAKA}
    assert statement["Condition"]["StringEquals"]["aws:ResourceTag/snapkeep:managed"] == "copy"
    assert statement["Condition"]["ForAllValues:StringEquals"] == {"aws:TagKeys": ["snapkeep:cancelled"]}
    assert {"ec2:DescribeLockedSnapshots", "ec2:DescribeImages"} <= copied_template.actions("copy_points")


def test_the_api_looks_at_the_keys_of_places_and_changes_nothing_there(copied_template: Template) -> None:
    assert OSAKA_KEY in arns(copied_template.statement("api", "DescribeKeys"))
    writing = [item for item in copied_template.statements("api") if OSAKA in arns(item)]
    assert writing == []
