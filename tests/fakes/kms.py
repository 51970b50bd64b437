"""KMS in memory: data keys that only the right key opens, given the same encryption context."""

from __future__ import annotations

import os
from typing import Any

from botocore.exceptions import ClientError

KEY = "arn:aws:kms:ap-northeast-2:111122223333:key/0aaa1111-22bb-33cc-44dd-555555555555"


class FakeKms:
    """The calls of boto3's client that encrypt and decrypt; keys in `refused` may not be used."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self._made: dict[bytes, tuple[str, dict[str, str], bytes]] = {}

    def generate_data_key(self, *, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> Any:
        self._call("GenerateDataKey", KeyId, EncryptionContext)
        assert KeySpec == "AES_256"
        blob, plain = os.urandom(150), os.urandom(32)
        self._made[blob] = (KeyId, EncryptionContext, plain)
        return {"KeyId": KeyId, "CiphertextBlob": blob, "Plaintext": plain}

    def decrypt(self, *, CiphertextBlob: bytes, KeyId: str, EncryptionContext: dict[str, str]) -> Any:
        self._call("Decrypt", KeyId, EncryptionContext)
        key, context, plain = self._made.get(CiphertextBlob, ("", {}, b""))
        if context != EncryptionContext:
            raise _error("InvalidCiphertextException", "", "Decrypt")
        if key != KeyId:
            text = "The key ID in the request does not identify a CMK that can perform this operation."
            raise _error("IncorrectKeyException", text, "Decrypt")
        return {"KeyId": key, "Plaintext": plain}

    def _call(self, action: str, key: str, context: dict[str, str]) -> None:
        self.calls.append((action, key, context))
        if key in self.refused:
            text = f"User is not authorized to perform: kms:{action} on resource: {key}"
            raise _error("AccessDeniedException", text, action)


def _error(code: str, text: str, action: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": text}}, action)
