"""Grants on keys: they open a key to another account, and policies decide who may make which."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.control import AwsControl
from sandbox.launch import Sandbox

from .copying import described, refusal
from .regions import HOME

As = Callable[..., Any]
OWNER, BORROWER, STRANGER = "111122223333", "333344445555", "444455556666"
OPERATIONS = ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom"]
"""What EBS needs on the key of a shared snapshot.
https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
"""
BAD_KEY = "Given key ID is not accessible"


def root(account: str) -> str:
    return f"arn:aws:iam::{account}:root"


@pytest.fixture
def kms(sandbox: Sandbox) -> Any:
    return sandbox.client("kms")


@pytest.fixture
def vault_key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def shared(ec2: Any, control: AwsControl, vault_key: str) -> str:
    """A completed snapshot under the key, shared with the borrower."""
    control.settings(copy_seconds=0)
    zone = {"AvailabilityZone": f"{HOME}a", "Size": 20}
    volume = ec2.create_volume(**zone, Encrypted=True, KmsKeyId=vault_key)["VolumeId"]
    made = str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])
    control.settle_snapshot(made)
    ec2.modify_snapshot_attribute(SnapshotId=made, OperationType="add", UserIds=[BORROWER])
    return made


def grant(kms: Any, key: str, account: str = BORROWER, **more: Any) -> str:
    wanted = {"GranteePrincipal": root(account), "Operations": OPERATIONS, "Name": "loan", **more}
    return str(kms.create_grant(KeyId=key, **wanted)["GrantId"])


def copied(sandbox: Sandbox, control: AwsControl, ec2: Any, source: str) -> tuple[str, str | None]:
    """State and message of the copy that the borrower makes under a key of its own."""
    own = sandbox.client("kms", account=BORROWER).create_key()["KeyMetadata"]["Arn"]
    wanted = {"SourceRegion": HOME, "SourceSnapshotId": source, "Encrypted": True, "KmsKeyId": own}
    made = ec2.copy_snapshot(**wanted)["SnapshotId"]
    control.advance(timedelta(seconds=1))
    found = described(sandbox.client("ec2", account=BORROWER), made)
    return found["State"], found.get("StateMessage")


@pytest.mark.parametrize("missing", ["", "Decrypt", "CreateGrant", "the grant"])
def test_a_grant_to_an_account_lets_it_copy_what_is_shared(
    sandbox: Sandbox, control: AwsControl, kms: Any, vault_key: str, shared: str, missing: str
) -> None:
    if missing != "the grant":
        grant(kms, vault_key, Operations=[each for each in OPERATIONS if each != missing])

    found = copied(sandbox, control, sandbox.client("ec2", account=BORROWER), shared)

    assert found == (("error", BAD_KEY) if missing else ("completed", None))


def test_a_grant_to_an_account_needs_its_own_policies_too(
    sandbox: Sandbox, control: AwsControl, acting_as: As, kms: Any, vault_key: str, shared: str
) -> None:
    grant(kms, vault_key)
    copies = {"Effect": "Allow", "Action": ["ec2:CopySnapshot", "ec2:DescribeSnapshots"], "Resource": "*"}
    uses_keys = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}

    without = copied(sandbox, control, acting_as(copies, account=BORROWER), shared)
    with_keys = copied(sandbox, control, acting_as(copies, uses_keys, account=BORROWER), shared)

    assert without == ("error", BAD_KEY)
    assert with_keys == ("completed", None)


def test_a_revoked_grant_opens_nothing(
    sandbox: Sandbox, control: AwsControl, kms: Any, vault_key: str, shared: str
) -> None:
    theirs = sandbox.client("kms", account=BORROWER)
    made = grant(kms, vault_key)
    before = theirs.describe_key(KeyId=vault_key)["KeyMetadata"]["KeyState"]

    kms.revoke_grant(KeyId=vault_key, GrantId=made)

    assert before == "Enabled"
    assert refusal(theirs.describe_key, KeyId=vault_key)[0] == "AccessDeniedException"
    assert copied(sandbox, control, sandbox.client("ec2", account=BORROWER), shared) == ("error", BAD_KEY)
    assert kms.list_grants(KeyId=vault_key)["Grants"] == []
    assert refusal(kms.revoke_grant, KeyId=vault_key, GrantId=made)[0] == "NotFoundException"


def test_a_grantee_grants_no_more_than_it_may_and_that_outlasts_its_own_grant(
    sandbox: Sandbox, kms: Any, vault_key: str
) -> None:
    theirs = sandbox.client("kms", account=BORROWER)
    assert refusal(theirs.create_grant, **terms(vault_key, "Decrypt"))[0] == "AccessDeniedException"
    made = grant(kms, vault_key)
    assert refusal(theirs.create_grant, **terms(vault_key, "Encrypt"))[0] == "AccessDeniedException"

    theirs.create_grant(**terms(vault_key, "Decrypt"))
    kms.revoke_grant(KeyId=vault_key, GrantId=made)

    (left,) = kms.list_grants(KeyId=vault_key)["Grants"]
    assert (left["IssuingAccount"], left["GranteePrincipal"]) == (root(BORROWER), root(STRANGER))


def terms(key: str, operation: str) -> dict[str, Any]:
    return {"KeyId": key, "GranteePrincipal": root(STRANGER), "Operations": [operation]}


def test_a_grant_of_the_same_name_and_terms_is_the_same_grant(kms: Any, vault_key: str) -> None:
    first, again, other = grant(kms, vault_key), grant(kms, vault_key), grant(kms, vault_key, Name="other")

    assert first == again != other
    (found,) = kms.list_grants(KeyId=vault_key, GrantId=first)["Grants"]
    assert (found["Name"], found["GranteePrincipal"]) == ("loan", root(BORROWER))
    assert sorted(found["Operations"]) == OPERATIONS


def test_a_grantee_is_a_principal(kms: Any, vault_key: str) -> None:
    wanted = {"KeyId": vault_key, "GranteePrincipal": "arn:aws:iam::12:root", "Operations": ["Decrypt"]}

    assert refusal(kms.create_grant, **wanted)[0] == "InvalidArnException"


def test_policies_decide_who_may_be_granted_what(acting_as: As, vault_key: str) -> None:
    lends = {
        "Effect": "Allow",
        "Action": "kms:CreateGrant",
        "Resource": vault_key,
        "Condition": {
            "StringEquals": {"kms:GranteePrincipal": [root(BORROWER)]},
            "ForAllValues:StringEquals": {"kms:GrantOperations": OPERATIONS},
        },
    }
    lender = acting_as(lends, service="kms")

    assert grant(lender, vault_key)
    for more in ({"account": STRANGER}, {"Operations": ["Decrypt", "Encrypt"]}):
        with pytest.raises(lender.exceptions.ClientError, match="AccessDenied"):
            grant(lender, vault_key, **more)
