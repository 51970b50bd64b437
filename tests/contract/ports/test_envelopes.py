"""What envelopes promise, and that people open them: with KMS in memory, of moto, and of the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from snapkeep.adapters.aws.envelopes import KmsEnvelopes
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.objects.secrets.sealed import context_of, split
from snapkeep_cli.objects.opening import Spoilt, opened
from tests.fakes.kms import KEY, FakeKms

CONTEXT = context_of("myeks", "shop", "myeks.nightly.20261124T180000Z")
DOCUMENTS = ['---\nkind: "Secret"\n', "---\ndata: ünïcode\n", "x" * 3_000_000]
GONE = "arn:aws:kms:ap-northeast-2:111122223333:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(params=["memory", "moto", pytest.param("sandbox", marks=pytest.mark.sandbox)])
def kms(request: pytest.FixtureRequest) -> tuple[Any, str]:
    """KMS, and a key."""
    if request.param == "memory":
        return FakeKms(), KEY
    account = request.getfixturevalue("sandbox" if request.param == "sandbox" else "aws")
    client = account.client("kms")
    return client, str(client.create_key()["KeyMetadata"]["Arn"])


def sealed(kms: Any, key: str) -> bytes:
    return b"".join(KmsEnvelopes(kms).seal(key, CONTEXT, iter(DOCUMENTS)))


def test_what_was_sealed_opens_with_the_same_context(kms: tuple[Any, str]) -> None:
    file = sealed(*kms)
    assert b"Secret" not in file and "ünïcode".encode() not in file
    assert opened(kms[0], file, kms[1], CONTEXT) == "".join(DOCUMENTS)


def test_each_file_has_a_key_of_its_own(kms: tuple[Any, str]) -> None:
    first, second = (split(sealed(*kms))[0] for _ in range(2))
    assert first.encrypted_key != second.encrypted_key and first.nonce != second.nonce
    assert (first.kms_key, first.context) == (kms[1], CONTEXT)


def test_the_secrets_of_one_namespace_do_not_open_as_those_of_another(kms: tuple[Any, str]) -> None:
    file = sealed(*kms)
    for cluster, namespace, run in (
        ("other", "shop", "myeks.nightly.20261124T180000Z"),
        ("myeks", "other", "myeks.nightly.20261124T180000Z"),
        ("myeks", "shop", "myeks.nightly.20261125T180000Z"),
    ):
        with pytest.raises(ClientError) as refused:
            opened(kms[0], file, kms[1], context_of(cluster, namespace, run))
        assert refused.value.response["Error"]["Code"] == "InvalidCiphertextException"


@pytest.mark.parametrize("where", [3, 60, -1, -20])
def test_a_changed_file_does_not_open(kms: tuple[Any, str], where: int) -> None:
    file = bytearray(sealed(*kms))
    file[where] ^= 1
    with pytest.raises((Spoilt, ClientError)):
        opened(kms[0], bytes(file), kms[1], CONTEXT)


@pytest.mark.parametrize("length", [0, 1, 200, -1, -16])
def test_a_file_that_was_cut_short_does_not_open(kms: tuple[Any, str], length: int) -> None:
    with pytest.raises(Spoilt):
        opened(kms[0], sealed(*kms)[:length], kms[1], CONTEXT)


def test_a_file_opens_by_hand_as_the_page_says(
    kms: tuple[Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any
) -> None:
    page = (Path(__file__).parents[3] / "docs/objects.md").read_text()
    (script,) = (part.partition("```")[0] for part in page.split("```python\n")[1:])
    (tmp_path / "file").write_bytes(sealed(*kms))
    monkeypatch.setattr("sys.argv", ["open.py", str(tmp_path / "file")])
    monkeypatch.setattr("boto3.client", lambda service, region: kms[0])
    exec(script, {})
    assert capsysbinary.readouterr().out.decode() == "".join(DOCUMENTS)


def test_a_key_that_cannot_be_used_is_told_before_any_document_is_read() -> None:
    kms = FakeKms()
    kms.refused.add(GONE)
    documents = iter(DOCUMENTS)
    with pytest.raises(PermanentError, match=rf"make a data key with {GONE}: AccessDeniedException"):
        KmsEnvelopes(kms).seal(GONE, CONTEXT, documents)
    assert next(documents) == DOCUMENTS[0]
