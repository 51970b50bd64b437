"""The format of a file of Secrets."""

from __future__ import annotations

import json

import pytest

from snapkeep.domain.objects.secrets.sealed import Header, context_of, line_of, split

HEADER = Header(
    "arn:aws:kms:ap-northeast-2:111122223333:key/1", context_of("myeks", "shop", "run"), b"\x00key", b"n" * 12
)


def test_the_first_line_says_how_to_decrypt_the_rest() -> None:
    line = line_of(HEADER)
    assert json.loads(line) == {
        "format": 1,
        "cipher": "AES-256-GCM",
        "kms_key": HEADER.kms_key,
        "encryption_context": {
            "snapkeep:cluster": "myeks",
            "snapkeep:namespace": "shop",
            "snapkeep:run": "run",
        },
        "encrypted_key": "AGtleQ==",
        "nonce": "bm5ubm5ubm5ubm5u",
    }
    assert split(line + b"rest\nand more") == (HEADER, line, b"rest\nand more")


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"---\nkind: Secret\n",
        b"[]\n",
        b"{}\nrest",
        b"\xff\xfe\n",
        line_of(HEADER).replace(b'"format": 1', b'"format": 2'),
        line_of(HEADER).replace(b"AGtleQ==", b"%%%"),
        line_of(HEADER).replace(b'"snapkeep:cluster"', b'1, "x"'),
    ],
)
def test_anything_else_is_refused(file: bytes) -> None:
    with pytest.raises(ValueError):
        split(file)
