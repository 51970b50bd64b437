"""Checks of `secrets`, in policies and defaults, that need several keys at once.

Like `config.checks` they read plain data that may still be wrong in other ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from snapkeep_cli.config.copy_checks import region_of
from snapkeep_cli.config.errors import Location, Problem

DECRYPTING = (("deployment", "kms_key"), ("checks", "keys"), ("files", "keys"), ("borrow", "kms_key"))
"""The settings that name keys with which functions decrypt."""


def check_secrets(
    document: Mapping[str, Any],
    clusters: Sequence[Mapping[str, Any]],
    policies: Sequence[Mapping[str, Any]],
    defaults: Mapping[str, Any],
) -> Iterator[Problem]:
    """The problems of keys that cannot work or protect nothing, and of Secrets without objects."""
    home = next((region for item in clusters if (region := region_of(item))), None)
    scopes = [policy.get("objects", defaults.get("objects")) for policy in policies]
    blocks: list[tuple[Location, Any, Sequence[Any]]] = [
        (("policies", index, "secrets"), policy.get("secrets"), [scope])
        for index, (policy, scope) in enumerate(zip(policies, scopes, strict=True))
    ]
    for here, block, saved in (*blocks, (("defaults", "secrets"), defaults.get("secrets"), scopes)):
        if isinstance(block, dict):
            yield from _without_objects(here, saved)
            yield from _unfit((*here, "encrypted"), str(block.get("encrypted")), document, home)


def _without_objects(here: Location, scopes: Sequence[Any]) -> Iterator[Problem]:
    if not any(scope in ("namespace", "workload") for scope in scopes):
        text = "has no meaning without objects; add objects: namespace, or objects: workload, or remove it"
        yield Problem(here, text)


def _unfit(here: Location, key: str, document: Mapping[str, Any], home: str | None) -> Iterator[Problem]:
    parts = key.split(":")
    if home and len(parts) > 3 and parts[3] != home:
        text = f"is a key in {parts[3]}, and this deployment is in {home}; use a key in {home}"
        yield Problem(here, text)
    for block, name in DECRYPTING:
        found = document.get(block)
        value = found.get(name) if isinstance(found, dict) else None
        if key in (value if isinstance(value, list) else [value]):
            text = f"is also in {block}.{name}, and functions decrypt with that; use another key"
            yield Problem(here, text)
