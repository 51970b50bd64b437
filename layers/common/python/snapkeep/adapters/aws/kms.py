"""Keys that encrypt snapshots: whether they can be used now.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors

UNTOLD = frozenset({"AccessDeniedException", "KMSInvalidStateException"})
"""A key of another account may be usable without our being allowed to look at it."""

UNUSABLE = {
    "Disabled": "is disabled",
    "PendingDeletion": "is to be deleted",
    "Unavailable": "is unavailable",
}


class KmsKeys:
    """The keys of this Region, as far as we may look at them."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms

    def trouble(self, key: str) -> str:
        """Why nothing encrypted with this key (an ARN) can be read; "" when it can or nobody can tell."""
        with our_errors(f"describe key {key}"):
            try:
                found = self._kms.describe_key(KeyId=key)["KeyMetadata"]
            except ClientError as error:
                if code_of(error) in UNTOLD:
                    return ""
                if code_of(error) == "NotFoundException":
                    return f"{key} does not exist any more"
                raise
        state = found.get("KeyState", "Enabled")
        if state == "PendingDeletion" and "DeletionDate" in found:
            return f"{key} is to be deleted on {found['DeletionDate']:%Y-%m-%d}"
        return f"{key} {UNUSABLE[state]}" if state in UNUSABLE else ""
