"""Opens a file of Secrets with the rights of the person who asks.

The format is described in `snapkeep.domain.objects.secrets.sealed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapkeep.domain.objects.secrets.sealed import split


class Spoilt(Exception):
    """A file of Secrets that was changed, or is of something else."""


def opened(kms: Any, file: bytes, key: str, context: Mapping[str, str]) -> str:
    """The documents of a file. `key` is the ARN of the KMS key that must have encrypted it, with this
    context: a file that somebody else put there is not opened.

    Raises Spoilt, and what botocore raises when KMS refuses.
    """
    # Takes long to import, and no other command needs it.
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        header, line, encrypted = split(file)
    except ValueError as error:
        raise Spoilt(str(error)) from error
    answer = kms.decrypt(CiphertextBlob=header.encrypted_key, KeyId=key, EncryptionContext=dict(context))
    try:
        return AESGCM(answer["Plaintext"]).decrypt(header.nonce, encrypted, line).decode()
    except (InvalidTag, ValueError) as error:
        raise Spoilt("its contents do not match its header: it was changed or cut short") from error
