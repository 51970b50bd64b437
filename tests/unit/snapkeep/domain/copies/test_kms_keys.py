"""Which keys copies can be made with, and which the vault of another account may use."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.domain.copies.kms_keys import NEEDED_BY_VAULT, cannot_be_shared, refused_to, why_not_for_copies

VAULT = "222233334444"


def allowing(principal: Any, actions: Any, effect: str = "Allow") -> dict[str, Any]:
    return {"Statement": {"Effect": effect, "Principal": principal, "Action": actions}}


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"KeyManager": "AWS"}, "is an AWS managed key, whose policy nobody can change"),
        ({"KeySpec": "RSA_2048"}, "is not a symmetric encryption key (RSA_2048), and EBS accepts no other"),
        ({"KeyUsage": "GENERATE_VERIFY_MAC"}, "is not a symmetric encryption key"),
        ({"KeyState": "Unavailable"}, "is unavailable"),
    ],
)
def test_a_key_that_copies_cannot_be_under_says_why(found: dict[str, str], why: str) -> None:
    assert why_not_for_copies("arn:key/1", found).startswith(f"arn:key/1 {why}")


def test_a_key_of_which_nothing_is_known_is_left_to_ec2() -> None:
    assert why_not_for_copies("arn:key/1", {}) == ""


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": VAULT},
        {"AWS": ["1", f"arn:aws:iam::{VAULT}:root"]},
        "*",
        {"AWS": f"arn:aws:iam::{VAULT}:role/x"},
    ],
)
def test_a_policy_that_names_the_account_admits_it(principal: Any) -> None:
    assert refused_to(VAULT, allowing(principal, "kms:*")) == []


@pytest.mark.parametrize(
    "policy",
    [
        {},
        allowing({"AWS": "111122223333"}, "kms:*"),
        allowing({"AWS": VAULT}, "kms:*", "Deny"),
        allowing({"Service": "ec2.amazonaws.com"}, "kms:*"),
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": VAULT}}]},
    ],
)
def test_a_policy_that_does_not_admit_the_account_refuses_everything(policy: dict[str, Any]) -> None:
    assert refused_to(VAULT, policy) == list(NEEDED_BY_VAULT)


def test_what_a_policy_does_not_name_is_refused() -> None:
    some = allowing({"AWS": VAULT}, ["kms:De*", "kms:ReEncrypt*", "kms:GenerateDataKey*"])

    assert refused_to(VAULT, some) == ["kms:CreateGrant"]


def test_a_claim_under_the_key_of_aws_is_told_how_to_change_that() -> None:
    text = cannot_be_shared("arn:key/aws")

    assert text.startswith("cannot be copied: key arn:key/aws is the AWS managed key")
    assert "kmsKeyId" in text
