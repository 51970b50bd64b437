"""Keys of other accounts, of which nothing can be seen."""

from __future__ import annotations

import pytest

from snapkeep.domain.restore.findings import Severity
from snapkeep.domain.restore.preflight.key import account_of, key_findings
from tests.fakes.preflight_samples import a_point

OURS, THEIRS = "123456789012", "210987654321"


def key_of(account: str) -> str:
    return f"arn:aws:kms:ap-northeast-2:{account}:key/1234"


def test_a_key_of_another_account_is_warned_of_with_what_its_owner_must_grant() -> None:
    (finding,) = key_findings(a_point(key=key_of(THEIRS), owner=OURS))
    assert (finding.code, finding.severity) == ("key_of_other_account", Severity.WARNING)
    assert f"a key of account {THEIRS}" in finding.text
    assert f"must allow account {OURS} kms:CreateGrant, kms:Decrypt, kms:DescribeKey" in finding.fix


@pytest.mark.parametrize("key", ["", key_of(OURS), "1234"])
def test_a_key_of_ours_none_and_one_that_names_no_account_are_not(key: str) -> None:
    assert list(key_findings(a_point(key=key, owner=OURS))) == []


def test_the_account_is_the_one_in_the_arn() -> None:
    assert account_of(key_of(OURS)) == OURS
    assert account_of("alias/mine") == ""
