"""Whether the keys that encrypt snapshots can be used now.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors
from snapkeep.domain.errors import NotFound

UNTOLD = frozenset({"AccessDeniedException", "KMSInvalidStateException"})
"""Errors that leave the state open: another account's key may be usable although we may not describe it."""

SYMMETRIC = "SYMMETRIC_DEFAULT"

UNUSABLE = {
    "Disabled": "is disabled",
    "PendingDeletion": "is to be deleted",
    "Unavailable": "is unavailable",
}


class KmsKeys:
    """The KMS keys of this Region that the function may describe."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms

    def trouble(self, key: str) -> str:
        """Why data encrypted with this key (an ARN) cannot be read; "" when it can or when that is
        unknown."""
        try:
            found = self._described(key)
        except NotFound:
            return f"{key} no longer exists"
        return _state(key, found)

    def encrypting(self, key: str) -> str:
        """Why EBS cannot encrypt copies with this key (an ARN); "" when it can or when that is unknown.

        EBS takes symmetric keys only, and copies are to be under a key whose policy people can change.
        https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
        """
        try:
            found = self._described(key)
        except NotFound:
            return f"{key} no longer exists"
        if found.get("KeyManager") == "AWS":
            return f"{key} is a key of AWS, whose policy nobody can change"
        spec = found.get("KeySpec", SYMMETRIC)
        if spec != SYMMETRIC or found.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
            return f"{key} is no symmetric key for encryption ({spec}), and EBS takes no other"
        return _state(key, found)

    def is_of_aws(self, key: str) -> bool:
        """True for a key that AWS manages, such as aws/ebs; False when that is unknown.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
        """
        try:
            return bool(self._described(key).get("KeyManager") == "AWS")
        except NotFound:
            return False

    def _described(self, key: str) -> Mapping[str, Any]:
        """What KMS says of a key; nothing for one that we may not describe. Raises NotFound."""
        with our_errors(f"describe key {key}"):
            try:
                found: Mapping[str, Any] = self._kms.describe_key(KeyId=key)["KeyMetadata"]
            except ClientError as error:
                if code_of(error) in UNTOLD:
                    return {}
                if code_of(error) == "NotFoundException":
                    raise NotFound(f"{key} no longer exists") from error
                raise
        return found


def _state(key: str, found: Mapping[str, Any]) -> str:
    state = found.get("KeyState", "Enabled")
    if state == "PendingDeletion" and "DeletionDate" in found:
        return f"{key} is to be deleted on {found['DeletionDate']:%Y-%m-%d}"
    return f"{key} {UNUSABLE[state]}" if state in UNUSABLE else ""
