"""Whether the keys that encrypt snapshots can be used now.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from snapkeep.adapters.aws.session import code_of, our_errors
from snapkeep.domain.copies import kms_keys
from snapkeep.domain.errors import NotFound

UNTOLD = frozenset({"AccessDeniedException", "KMSInvalidStateException"})
"""Errors that leave the state open: another account's key may be usable although we may not describe it."""


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
        return kms_keys.why_unusable(key, found)

    def encrypting(self, key: str) -> str:
        """Why EBS cannot encrypt copies with this key (an ARN); "" when it can or when that is unknown."""
        try:
            return kms_keys.why_not_for_copies(key, self._described(key))
        except NotFound:
            return f"{key} no longer exists"

    def is_of_aws(self, key: str) -> bool:
        """True for a key that AWS manages, such as aws/ebs; False when that is unknown."""
        try:
            return kms_keys.is_of_aws(self._described(key))
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
