"""The shape of a policy's `objects:` and `secrets:` and of `custom_kinds:`, and what kinds must go with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from snapkeep.domain.objects.kinds import NEVER, SAVED
from snapkeep_cli.config.errors import Problem
from snapkeep_cli.config.keeping import OrOff, off_is_none
from snapkeep_cli.config.stack_options import KmsKeyArn
from snapkeep_cli.config.strict import Strict
from snapkeep_cli.config.types import Matching

MOST_CUSTOM_KINDS = 100
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"


def _off(value: Any) -> Any:
    """YAML 1.1 reads the bare word off as false."""
    return "off" if value is False else value


Scope = Annotated[
    Literal["workload", "namespace", "off"],
    BeforeValidator(_off),
    WithJsonSchema({"enum": ["workload", "namespace", "off", False]}),
]


def _key_of_secrets(text: Any) -> Any:
    """IAM grants rights on keys, and an alias may come to mean another key.
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    if isinstance(text, str) and (":alias/" in text or text.startswith("alias/")):
        shown = text[:80]
        raise ValueError(
            f"{shown!r} is an alias; use the ARN of its key: "
            f"aws kms describe-key --key-id {shown} --query KeyMetadata.Arn"
        )
    return text


class Secrets(Strict):
    """Saves Secrets beside the objects, encrypted under a KMS key that Snapkeep may not decrypt with."""

    encrypted: Annotated[KmsKeyArn, BeforeValidator(_key_of_secrets)]
    """The ARN of a KMS key of the same Region: with kms:Decrypt on it, people read the Secrets."""


SecretsOrOff = Annotated[Secrets | None, BeforeValidator(off_is_none), OrOff()]
"""None for off; a key that is omitted is not in `model_fields_set`."""


def _custom(name: str) -> str:
    if name in SAVED:
        raise ValueError(f"{name} is saved without being named; remove it")
    if name in NEVER:
        raise ValueError(f"{name} is never saved: {NEVER[name]}; remove it")
    return name


CustomKind = Annotated[
    str,
    Matching(
        rf"{_LABEL}(\.{_LABEL})+",
        "the name of a CRD, plural.group, such as certificates.cert-manager.io",
    ),
    AfterValidator(_custom),
]
CustomKinds = Annotated[list[CustomKind], Field(max_length=MOST_CUSTOM_KINDS)]


def check_custom_kinds(
    document: Mapping[str, Any], policies: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any]
) -> Iterator[Problem]:
    """The problem of kinds that no policy saves."""
    scopes = [policy.get("objects", defaults.get("objects")) for policy in policies]
    if document.get("custom_kinds") and "namespace" not in scopes:
        text = "has no meaning without a policy with objects: namespace; add objects: namespace or remove it"
        yield Problem(("custom_kinds",), text)
