"""What grants for loans promise: those in memory, and those of KMS in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from snapkeep.adapters.aws.key_grants import KmsGrants
from snapkeep.domain.errors import NotFound
from snapkeep.domain.vault.loans import OPERATIONS
from snapkeep.ports.loans import Grants
from tests.fakes.loans import FakeGrants

COPY, OTHER_COPY = "snap-0123456789abcdef0", "snap-0fedcba9876543210"
BORROWER, OTHER = "333344445555", "444455556666"
GONE = "arn:aws:kms:ap-northeast-2:111122223333:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(params=["memory", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def keys(request: pytest.FixtureRequest) -> tuple[Grants, str]:
    """The port, and a key."""
    if request.param == "memory":
        fake = FakeGrants()
        fake.gone.add(GONE)
        return fake, "arn:aws:kms:ap-northeast-2:111122223333:key/1"
    kms: Any = request.getfixturevalue("sandbox").client("kms")
    return KmsGrants(kms), str(kms.create_key()["KeyMetadata"]["Arn"])


def listed(grants: Grants, key: str) -> set[tuple[str, str]]:
    return {(each.snapshot_id, each.account) for each in grants.of_loans(key)}


def test_a_grant_is_listed_until_it_is_revoked(keys: tuple[Grants, str]) -> None:
    grants, key = keys
    for _ in range(2):
        grants.grant(key, COPY, BORROWER)
    grants.grant(key, COPY, OTHER)
    grants.grant(key, OTHER_COPY, BORROWER)
    assert len(list(grants.of_loans(key))) == 3
    (mine,) = (each for each in grants.of_loans(key) if (each.snapshot_id, each.account) == (COPY, BORROWER))
    for _ in range(2):
        grants.revoke(mine)
    assert listed(grants, key) == {(COPY, OTHER), (OTHER_COPY, BORROWER)}


def test_a_key_that_is_gone_is_granted_to_nobody(keys: tuple[Grants, str]) -> None:
    grants, _ = keys
    with pytest.raises(NotFound):
        grants.grant(GONE, COPY, BORROWER)
    assert list(grants.of_loans(GONE)) == []


@pytest.mark.sandbox
def test_what_a_borrower_granted_itself_is_listed_as_its_own_whatever_its_name(sandbox: Any) -> None:
    grants, theirs = KmsGrants(sandbox.client("kms")), KmsGrants(sandbox.client("kms", account=BORROWER))
    key = str(sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])
    grants.grant(key, COPY, BORROWER)
    (lent,) = grants.of_loans(key)
    theirs.grant(key, OTHER_COPY, OTHER)
    grants.revoke(lent)
    (left,) = grants.of_loans(key)
    assert (left.snapshot_id, left.account) == ("", BORROWER)
    grants.revoke(left)
    assert list(grants.of_loans(key)) == []


@pytest.mark.sandbox
def test_a_grant_names_the_account_and_only_what_ebs_needs(sandbox: Any) -> None:
    kms = sandbox.client("kms")
    key = str(kms.create_key()["KeyMetadata"]["Arn"])
    kms.create_grant(
        KeyId=key, GranteePrincipal=f"arn:aws:iam::{OTHER}:root", Operations=["Decrypt"], Name="somebody's"
    )
    KmsGrants(kms).grant(key, COPY, BORROWER)
    (made,) = (each for each in kms.list_grants(KeyId=key)["Grants"] if each["Name"] != "somebody's")
    assert made["GranteePrincipal"] == f"arn:aws:iam::{BORROWER}:root"
    assert sorted(made["Operations"]) == sorted(OPERATIONS)
    assert listed(KmsGrants(kms), key) == {(COPY, BORROWER)}
