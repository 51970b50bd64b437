"""Warns when the recovery point's key belongs to another account.

KMS shows whether a key in our own account is enabled; the permissions on another account's key cannot be seen
from here.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
"""

from __future__ import annotations

from collections.abc import Iterator

from snapkeep.domain.restore.findings import Finding, warning
from snapkeep.domain.restore.points import PointFacts

GRANTS = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncrypt*",
)
"""The permissions on a key that EC2 needs when a principal creates a volume from a snapshot.
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""


def key_findings(point: PointFacts) -> Iterator[Finding]:
    """A warning when the account in the key's ARN is not the snapshot's."""
    account = account_of(point.key)
    if not account or not point.owner or account == point.owner:
        return
    yield warning(
        "key_of_other_account",
        f"recovery point {point.id} is encrypted with {point.key}, a key of account {account}: only the "
        f"key's owner can see whether account {point.owner} may use it",
        f"its owner must allow account {point.owner} {', '.join(GRANTS)} in the key's policy, and the role "
        "of the EBS CSI driver needs the same in its own policy",
    )


def account_of(arn: str) -> str:
    """The account in an ARN; "" when the text is not an ARN."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" else ""
