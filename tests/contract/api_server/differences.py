"""Where the sandbox's API server answers otherwise than a real one, and why that may stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALLOWED = 20

DIFFERENCES: Mapping[str, str] = {
    "its finalizers": "the sandbox's driver adds it and takes it away; a server alone would keep the claim",
    "taint with a bad time": "the text quotes the object, with managedFields that the sandbox does not keep",
    "a word for a truth": "Go's converter of strategic patches words it differently from its JSON decoder",
    "policy that names a missing variable": "the CEL library takes `variables.absent` for one name",
}
"""Name of a request to the reason. All of them are refused by both, or by neither."""


def differing(real: Mapping[str, Any], sandbox: Mapping[str, Any]) -> set[str]:
    """The requests whose answers differ."""
    return {name for name in real if real[name] != sandbox[name]}


def too_kind(real: Mapping[str, Any], sandbox: Mapping[str, Any]) -> set[str]:
    """The requests that the sandbox accepts and the real server refuses."""
    return {name for name in real if real[name]["code"] >= 400 > sandbox[name]["code"]}
