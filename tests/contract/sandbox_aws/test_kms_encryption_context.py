"""Encryption contexts: they decide who may use a key, and what a data key opens."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.launch import Sandbox

As = Callable[..., Any]
CONTEXT = {"snapkeep:cluster": "myeks", "snapkeep:namespace": "shop"}


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(sandbox.client("kms").create_key()["KeyMetadata"]["Arn"])


def statement(key: str, **conditions: Any) -> dict[str, Any]:
    given = {"Condition": conditions} if conditions else {}
    return {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key, **given}


def code(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize(
    ("context", "refused"),
    [
        (CONTEXT, ""),
        (CONTEXT | {"more": "x"}, ""),
        (CONTEXT | {"snapkeep:cluster": "other"}, "AccessDeniedException"),
        ({"snapkeep:cluster": "myeks"}, "AccessDeniedException"),
        ({}, "AccessDeniedException"),
    ],
)
def test_a_policy_may_demand_a_context(acting_as: As, key: str, context: Any, refused: str) -> None:
    wanted = {
        "StringEquals": {"kms:EncryptionContext:snapkeep:cluster": ["myeks", "second"]},
        "Null": {"kms:EncryptionContext:snapkeep:namespace": "false"},
    }
    kms = acting_as(statement(key, **wanted), service="kms")

    asked = lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context)  # noqa: E731

    assert code(asked) == refused


def test_a_policy_may_name_the_only_keys_of_a_context(acting_as: As, key: str) -> None:
    only = {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": list(CONTEXT)}}
    kms = acting_as(statement(key, **only), service="kms")

    def asked(context: dict[str, str]) -> str:
        return code(lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=context))

    assert asked(CONTEXT) == ""
    assert asked(CONTEXT | {"more": "x"}) == "AccessDeniedException"


def test_who_may_only_get_new_data_keys_decrypts_none(acting_as: As, key: str) -> None:
    kms = acting_as(statement(key), service="kms")
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    asked = {"CiphertextBlob": made["CiphertextBlob"], "KeyId": key, "EncryptionContext": CONTEXT}

    assert code(lambda: kms.decrypt(**asked)) == "AccessDeniedException"


def test_a_data_key_opens_only_with_its_own_context(sandbox: Sandbox, key: str) -> None:
    kms = sandbox.client("kms")
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    blob = made["CiphertextBlob"]

    assert len(made["Plaintext"]) == 32
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)["Plaintext"] == made["Plaintext"]
    for context in ({}, CONTEXT | {"snapkeep:namespace": "other"}):
        asked = {"CiphertextBlob": blob, "EncryptionContext": context}
        assert code(lambda given=asked: kms.decrypt(**given)) == "InvalidCiphertextException"  # type: ignore[misc]


def test_a_data_key_opens_only_with_its_own_key(sandbox: Sandbox, key: str) -> None:
    kms = sandbox.client("kms")
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.generate_data_key(KeyId=key, KeySpec="AES_256")["CiphertextBlob"]

    assert code(lambda: kms.decrypt(CiphertextBlob=blob, KeyId=other)) == "IncorrectKeyException"
