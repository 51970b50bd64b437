"""The shape of a policy's `objects:` and of `custom_kinds:`, and checks that need several keys at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from snapkeep.domain.objects.kinds import NEVER, SAVED
from snapkeep_cli.config.errors import Problem
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
