"""What the doctor says about places and adopted copies."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from snapkeep_cli.doctor.facts import Unknown
from snapkeep_cli.doctor.findings import Finding, Verdict
from snapkeep_cli.doctor.places.checks import examine_adopted, examine_place
from snapkeep_cli.doctor.places.facts import AdoptedFacts, ClaimKey, ForwardRule, PlaceFacts
from tests.fakes import aws_cli
from tests.fakes.doctor_samples import KEY
from tests.fakes.place_samples import (
    IN_VAULT,
    OPEN,
    OSAKA_KEY,
    OURS,
    OWN_KEY,
    REGION,
    STANDS,
    VAULT,
    VAULTS,
    a_place,
    adopted,
)

CLOSED = Unknown("you may not call it")
OF_AWS: Mapping[str, Any] = {"KeyManager": "AWS", "KeyState": "Enabled"}


def wrong(facts: PlaceFacts | AdoptedFacts) -> list[Finding]:
    """The findings that are not ok."""
    found = examine_adopted(facts) if isinstance(facts, AdoptedFacts) else examine_place(facts)
    return [finding for finding in found if finding.verdict is not Verdict.OK]


def test_where_nothing_is_missing_every_check_says_so() -> None:
    in_region, in_vault = examine_place(a_place()), examine_place(a_place(IN_VAULT))

    assert {each.verdict for each in in_region + in_vault} == {Verdict.OK}
    assert [each.check for each in in_region] == [
        *("region", "key", "stack", "copies in progress", "newest copies"),
    ]
    assert [each.check for each in in_vault] == ["bus", "keys of claims", "separation", "newest copies"]


def test_the_rpo_of_a_place_stands_beside_what_the_rules_promise() -> None:
    found = examine_place(a_place())[-1]

    assert found.text == (
        "myeks: the data of the oldest newest copy is 26 h 0 min old (nightly: one point a day); 12 on time"
    )


def test_late_and_failed_copies_are_a_problem_and_coverage_says_more() -> None:
    (found,) = wrong(
        a_place(
            stands={"myeks": replace(STANDS, on_time=9, late=2, failed=1, cannot_be_copied=3, not_copied=4)}
        )
    )

    assert found.verdict is Verdict.PROBLEM
    assert found.text.endswith("9 on time, 2 late, 1 failed, 3 cannot be copied, 4 not copied")
    assert found.fix == "snapkeep coverage --cluster myeks"


def test_a_new_place_is_no_problem_until_copies_are_late() -> None:
    facts = a_place(stands={"myeks": replace(STANDS, on_time=0, not_copied=4, oldest=None)})

    assert wrong(facts) == []
    assert "no claim has a copy yet" in examine_place(facts)[-1].text


def test_before_the_deployment_stack_and_copies_come_later() -> None:
    found = wrong(a_place(replace(REGION, rule=None), deployed=False, stands={"myeks": CLOSED}))

    assert [(each.check, each.verdict) for each in found] == [
        ("stack", Verdict.LATER),
        ("newest copies", Verdict.LATER),
    ]


@pytest.mark.parametrize(
    ("changed", "check", "text", "fix"),
    [
        (
            {"opted": "not-opted-in"},
            "region",
            "ap-northeast-3 is not-opted-in",
            "aws account enable-region --region-name ap-northeast-3 --region eu-west-1",
        ),
        (
            {"key": {**OWN_KEY, "KeyState": "Disabled"}},
            "key",
            f"no copy can be made: {OSAKA_KEY} is disabled",
            f"aws kms enable-key --key-id {OSAKA_KEY} --region ap-northeast-3",
        ),
        ({"key": OF_AWS}, "key", "is an AWS managed key", "aws kms list-keys --region ap-northeast-3"),
        ({"key": None}, "key", "does not exist", "aws kms list-keys --region ap-northeast-3"),
        ({"rule": None}, "stack", "Snapkeep-osaka is not deployed", "npm ci && npx cdk deploy --all"),
        (
            {"rule": ForwardRule(False, REGION.rule.targets if isinstance(REGION.rule, ForwardRule) else ())},
            "stack",
            "is disabled",
            "npm ci && npx cdk deploy --all",
        ),
        (
            {"rule": ForwardRule(True, ("arn:aws:events:us-east-1:1:event-bus/default",))},
            "stack",
            "forwards nothing",
            "npm ci && npx cdk deploy --all",
        ),
        ({"in_progress": 20}, "copies in progress", "20 of the 20 copies", "ap-northeast-3"),
    ],
)
def test_what_a_region_lacks_is_told_with_its_fix(
    changed: dict[str, Any], check: str, text: str, fix: str
) -> None:
    (found,) = wrong(a_place(replace(REGION, **changed)))

    assert (found.check, found.verdict) == (check, Verdict.PROBLEM)
    assert text in found.text
    assert fix in found.fix


def test_what_nobody_may_look_at_is_neither_good_nor_bad() -> None:
    blind = replace(REGION, opted=CLOSED, in_progress=CLOSED, key=CLOSED, rule=CLOSED)
    in_vault = replace(IN_VAULT, refusal=CLOSED, keys=CLOSED)

    for facts in (a_place(blind, stands={"myeks": CLOSED}), adopted(copies=CLOSED, keys={})):
        assert {each.verdict for each in wrong(facts)} == {Verdict.CANNOT_TELL}
    assert len(wrong(a_place(blind, stands={"myeks": CLOSED}))) == 5
    assert len(wrong(a_place(in_vault))) == 2


def test_a_bus_that_refuses_events_says_what_to_write_in_the_vaults_config() -> None:
    (found,) = wrong(a_place(replace(IN_VAULT, refusal="NotAuthorized: no")))

    assert (found.check, found.verdict) == ("bus", Verdict.PROBLEM)
    assert f"accepts no events from account {OURS} (NotAuthorized: no)" in found.text
    assert "vault.sources" in found.text


def test_claims_under_the_key_of_aws_cannot_be_copied_to_a_vault() -> None:
    (found,) = wrong(a_place(replace(IN_VAULT, keys={KEY: ClaimKey(OF_AWS, OPEN)})))

    assert found.verdict is Verdict.PROBLEM
    assert f"claims shop/data cannot be copied: key {KEY} is the AWS managed key for EBS" in found.text
    assert "kmsKeyId" in found.text


def test_a_key_that_is_closed_to_the_vault_says_which_actions_it_needs() -> None:
    closed = {"Statement": [OPEN["Statement"][0]]}
    (found,) = wrong(a_place(replace(IN_VAULT, keys={KEY: ClaimKey(OWN_KEY, closed)})))

    assert f"does not allow account {VAULTS} kms:CreateGrant, kms:Decrypt" in found.text
    assert found.fix.startswith(f"aws kms get-key-policy --key-id {KEY}")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"management": OURS}, f"account {OURS} is the management account of the organization"),
        ({"management": VAULTS}, "no organization policy binds"),
        ({"lets_in": True}, "take the account out of the policy"),
    ],
)
def test_a_way_into_the_vault_is_a_problem(changed: dict[str, Any], text: str) -> None:
    (found,) = wrong(a_place(replace(IN_VAULT, **changed)))

    assert (found.check, found.verdict) == ("separation", Verdict.PROBLEM)
    assert text in found.text


def test_a_vault_in_the_own_account_is_none() -> None:
    found = wrong(a_place(IN_VAULT, place=replace(VAULT, account=OURS), account=OURS))

    assert "account 111122223333 is the vault's own" in next(
        each.text for each in found if each.check == "separation"
    )


def test_what_only_the_vaults_account_shows_is_said_with_what_to_run_there() -> None:
    found = next(each for each in examine_place(a_place(IN_VAULT)) if each.check == "separation")

    assert "nobody here can delete or unlock a copy or disable its key" in found.text
    _, _, command = found.text.partition("run there: ")
    assert aws_cli.call_of(command.partition(" --query ")[0], aws_cli.a_client)[1] == "list_roles"
    assert shlex.split(command)[4] == (f"Roles[?contains(to_string(AssumeRolePolicyDocument), '{OURS}')].Arn")


def test_adopted_copies_are_named_by_their_cluster_and_origin() -> None:
    first, *_ = examine_adopted(adopted())

    assert first.text.startswith("myeks of /ap-northeast-2 in osaka: ")
    assert "4 copies of 2 claims, the newest taken 2026-11-25 18:00 UTC" in first.text
    assert wrong(adopted()) == []


def test_a_region_without_copies_is_probably_the_wrong_one() -> None:
    (found,) = wrong(adopted(copies=(), keys={}))

    assert "ap-northeast-3 has no copy to restore from" in found.text


def test_a_key_without_which_no_copy_can_be_restored_is_a_problem() -> None:
    (found,) = wrong(adopted(keys={OSAKA_KEY: "PendingDeletion"}))

    assert f"{OSAKA_KEY} is PendingDeletion" in found.text
    assert "cancel-key-deletion" in found.fix and "--region ap-northeast-3" in found.fix


def test_a_copy_that_names_another_cluster_says_how_to_take_the_tag_off() -> None:
    some = adopted()
    assert not isinstance(some.copies, Unknown)
    first, *rest = some.copies
    lent = replace(first, driver_tags={"ebs.csi.aws.com/cluster-name": "gone"})

    (found,) = wrong(adopted(copies=(lent, *rest)))

    assert f"{first.snapshot_id} names cluster gone" in found.text
    _, operation, parameters = aws_cli.call_of(found.fix, aws_cli.a_client)
    assert operation == "delete_tags"
    assert parameters["Tags"] == [{"Key": "ebs.csi.aws.com/cluster-name", "Value": "gone"}]
    here = replace(first, driver_tags={"ebs.csi.aws.com/cluster-name": "spare"})
    assert wrong(adopted(copies=(here, *rest))) == []


def test_snapshots_that_describe_no_copy_are_named() -> None:
    found = examine_adopted(adopted(unreadable=("snap-1",)))

    assert any("snap-1" in each.text for each in found)
