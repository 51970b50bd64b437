"""Calls that encrypt or decrypt are authorised by their encryption context, and a key opens only its own.

AWS: symmetric operations have the condition keys kms:EncryptionContext:KEY, for each key of the context, and
kms:EncryptionContextKeys (KMS developer guide, "AWS KMS condition keys").
Decrypt with another KeyId than the one that encrypted is an IncorrectKeyException (API Decrypt).
ministack: neither of the keys, and any symmetric key opens anything.
"""

import base64
import json
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import kms

from sandbox.aws.private import require
from sandbox.aws.world import World

KEY_ID = 36
"""The length of the id of the key, with which a ciphertext of ministack begins."""

_keys: ContextVar[dict[str, Any]] = ContextVar("encryption_context_keys")


def install(_world: World) -> None:
    """Record a request's context when its key is named, and pass it to each decision about it."""
    require(iam_actions, "extract_resource_arn")
    require(iam_evaluator, "enforce")
    require(kms, "_decrypt", "_resolve_key", "error_response_json")
    decrypt = kms._decrypt
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: Any
    ) -> Any:
        _keys.set(_given(body) if service == "kms" else {})
        return extract(service, method, path, headers, body, params, *place)

    def enforce_with_keys(key: str, action: str, service: str, region: str, **context: Any) -> Any:
        if service == "kms":
            context["service_context"] = {**(context.get("service_context") or {}), **_keys.get({})}
        return enforce(key, action, service, region, **context)

    def decrypt_with_its_own(data: dict[str, Any]) -> Any:
        named = kms._resolve_key(data["KeyId"]) if data.get("KeyId") else None
        if named and "_symmetric_key" in named and named["KeyId"] != _encrypted_by(data):
            text = "The key ID in the request does not identify a CMK that can perform this operation."
            return kms.error_response_json("IncorrectKeyException", text, 400)
        return decrypt(data)

    kms._decrypt = decrypt_with_its_own
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_with_keys


def _given(body: bytes) -> dict[str, Any]:
    given = json.loads(body or b"{}").get("EncryptionContext") or {}
    keys = {"kms:EncryptionContextKeys": list(given)} if given else {}
    return keys | {f"kms:EncryptionContext:{key}": value for key, value in given.items()}


def _encrypted_by(data: dict[str, Any]) -> str:
    """The id of the key that a ciphertext names; that of the request if it names none."""
    start = base64.b64decode(data.get("CiphertextBlob") or "")[:KEY_ID].decode("utf-8", "ignore")
    known = kms._resolve_key(start) if len(start) == KEY_ID else None
    return str((known or kms._resolve_key(data["KeyId"]))["KeyId"])
