"""Encrypts Secrets with data keys from KMS, which this function can then never ask for again.

https://docs.aws.amazon.com/kms/latest/developerguide/kms-cryptography.html#enveloping
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from snapkeep.adapters.aws.session import our_errors
from snapkeep.domain.objects.secrets.sealed import NONCE_BYTES, Header, line_of


class KmsEnvelopes:
    """Implements the port Envelopes."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms

    def seal(self, key: str, context: Mapping[str, str], documents: Iterable[str]) -> Iterator[bytes]:
        """One data key for each file. What is encrypted is not compressed, so its size shows no more than
        that of the documents."""
        with our_errors(f"make a data key with {key}"):
            made = self._kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=dict(context))
        header = Header(key, context, made["CiphertextBlob"], os.urandom(NONCE_BYTES))
        return _encrypted(header, made["Plaintext"], documents)


def _encrypted(header: Header, data_key: bytes, documents: Iterable[str]) -> Iterator[bytes]:
    # In a layer that only save_objects has, and only where a policy saves Secrets.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    line = line_of(header)
    encryptor = Cipher(algorithms.AES(data_key), modes.GCM(header.nonce)).encryptor()
    encryptor.authenticate_additional_data(line)
    yield line
    for document in documents:
        yield encryptor.update(document.encode())
    yield encryptor.finalize()
    yield encryptor.tag
