"""Whether the keys that encrypt snapshots can be used now.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors

UNTOLD = frozenset({"AccessDeniedException", "KMSInvalidStateException"})
"""Errors that leave the state open: a key of another account may be usable though we may not describe it."""

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
        with our_errors(f"describe key {key}"):
            try:
                found = self._kms.describe_key(KeyId=key)["KeyMetadata"]
            except ClientError as error:
                if code_of(error) in UNTOLD:
                    return ""
                if code_of(error) == "NotFoundException":
                    return f"{key} no longer exists"
                raise
        state = found.get("KeyState", "Enabled")
        if state == "PendingDeletion" and "DeletionDate" in found:
            return f"{key} is to be deleted on {found['DeletionDate']:%Y-%m-%d}"
        return f"{key} {UNUSABLE[state]}" if state in UNUSABLE else ""
