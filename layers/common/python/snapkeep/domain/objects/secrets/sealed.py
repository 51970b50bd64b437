"""The format of a file of Secrets: a line of JSON, then documents encrypted with a data key of their own.

    {"format": 1, "cipher": "AES-256-GCM", "kms_key": ARN, "encryption_context": {...},
     "encrypted_key": BASE64, "nonce": BASE64}      (on one line)
    ciphertext, then the tag of 16 bytes

The line, with its newline, is authenticated with the ciphertext. KMS opens `encrypted_key` only for somebody
who may use the key and gives the same context.
https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = 1
CIPHER = "AES-256-GCM"
NONCE_BYTES = 12
TAG_BYTES = 16

CLUSTER, NAMESPACE, RUN = "snapkeep:cluster", "snapkeep:namespace", "snapkeep:run"
"""The keys of the encryption context, which policies may name as `kms:EncryptionContext:KEY`."""


@dataclass(frozen=True, slots=True)
class Header:
    """How a file was encrypted; `encrypted_key` is the data key as only KMS can read it."""

    kms_key: str
    context: Mapping[str, str]
    encrypted_key: bytes
    nonce: bytes


def context_of(cluster: str, namespace: str, run: str) -> dict[str, str]:
    """The encryption context of the Secrets of a namespace."""
    return {CLUSTER: cluster, NAMESPACE: namespace, RUN: run}


def line_of(header: Header) -> bytes:
    """The first line of a file, with its newline."""
    fields = {
        "format": FORMAT,
        "cipher": CIPHER,
        "kms_key": header.kms_key,
        "encryption_context": dict(header.context),
        "encrypted_key": base64.b64encode(header.encrypted_key).decode(),
        "nonce": base64.b64encode(header.nonce).decode(),
    }
    return json.dumps(fields).encode() + b"\n"


def split(file: bytes) -> tuple[Header, bytes, bytes]:
    """The header of a file, its line, and what is encrypted. Raises ValueError for anything else."""
    line, newline, rest = file.partition(b"\n")
    try:
        fields = json.loads(line)
        if (fields["format"], fields["cipher"]) != (FORMAT, CIPHER):
            raise ValueError(f"its format is {fields['format']} with {fields['cipher']}")
        header = Header(
            str(fields["kms_key"]),
            {str(key): str(value) for key, value in fields["encryption_context"].items()},
            base64.b64decode(fields["encrypted_key"], validate=True),
            base64.b64decode(fields["nonce"], validate=True),
        )
    except (AttributeError, KeyError, TypeError, UnicodeDecodeError, binascii.Error) as error:
        raise ValueError("it does not begin with the header of a file of Secrets") from error
    return header, line + newline, rest
