"""What KMS says about a key, and what that means for copies.

`found` is KMS's KeyMetadata, empty where it is unknown.
https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

SYMMETRIC = "SYMMETRIC_DEFAULT"

UNUSABLE = {
    "Disabled": "is disabled",
    "PendingDeletion": "is to be deleted",
    "Unavailable": "is unavailable",
}

NEEDED_BY_VAULT = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
)
"""What another account must be allowed on the key of a snapshot that it copies.
https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html
"""


CANNOT_BE_COPIED = "cannot be copied: "
"""How the reason begins for what no vault can copy, however long one waits."""


def is_of_aws(found: Mapping[str, Any]) -> bool:
    """True for a key that AWS manages, such as aws/ebs; False when that is unknown."""
    return bool(found.get("KeyManager") == "AWS")


def why_unusable(key: str, found: Mapping[str, Any]) -> str:
    """Why a key (an ARN) cannot be used now; "" when it can or when that is unknown."""
    state = found.get("KeyState", "Enabled")
    if state == "PendingDeletion" and "DeletionDate" in found:
        return f"{key} is to be deleted on {found['DeletionDate']:%Y-%m-%d}"
    return f"{key} {UNUSABLE[state]}" if state in UNUSABLE else ""


def why_not_for_copies(key: str, found: Mapping[str, Any]) -> str:
    """Why EBS cannot encrypt copies with a key (an ARN); "" when it can or when that is unknown.

    EBS takes symmetric keys only, and copies are to be under a key whose policy people can change.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
    """
    if is_of_aws(found):
        return f"{key} is an AWS managed key, whose policy nobody can change"
    spec = found.get("KeySpec", SYMMETRIC)
    if spec != SYMMETRIC or found.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return f"{key} is not a symmetric encryption key ({spec}), and EBS accepts no other"
    return why_unusable(key, found)


def cannot_be_shared(key: str) -> str:
    """Why no vault can copy a snapshot under that key of AWS, and what would help.

    A snapshot under AWS's key cannot be shared, and its key cannot be changed.
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
    """
    return (
        f"{CANNOT_BE_COPIED}key {key} is the AWS managed key for EBS, which no other account can use; give "
        "its StorageClass a kmsKeyId of your own that the vault may use, and restore the claim to a new "
        "volume of that class"
    )


def refused_to(account: str, policy: Mapping[str, Any]) -> list[str]:
    """What a key's policy does not allow another account of what a vault needs.

    Conditions of its statements are not judged: a statement that names the account counts.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
    """
    allowed = [
        action
        for statement in _several(policy.get("Statement"))
        if statement.get("Effect") == "Allow" and _names(statement.get("Principal"), account)
        for action in _several(statement.get("Action"))
    ]
    return [need for need in NEEDED_BY_VAULT if not any(fnmatchcase(need, action) for action in allowed)]


def _names(principal: Any, account: str) -> bool:
    named = _several(principal.get("AWS") if isinstance(principal, Mapping) else principal)
    return any(each in ("*", account) or f"::{account}:" in each for each in named)


def _several(value: Any) -> Iterator[Any]:
    """IAM lets a single item stand for a list of one."""
    yield from value if isinstance(value, list) else [] if value is None else [value]
