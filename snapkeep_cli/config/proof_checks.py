"""Checks of `checks:`, `files:` and `expect:` that need several keys at once.

Like `config.checks` they read plain data that may still be wrong in other ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from snapkeep_cli.config.copy_checks import region_of
from snapkeep_cli.config.errors import Location, Problem


def check_keys(document: Mapping[str, Any], clusters: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """The problems of the keys of `checks` and `files`."""
    home = next((region for item in clusters if (region := region_of(item))), None)
    for name in ("checks", "files"):
        block = document.get(name)
        keys = block.get("keys") if isinstance(block, dict) else None
        for index, key in enumerate(keys if isinstance(keys, list) else ()):
            parts = str(key).split(":")
            if home and len(parts) > 3 and parts[3] != home:
                text = f"is a key in {parts[3]}, and points are in {home}; use a key in {home}"
                yield Problem((name, "keys", index), text)


def check_expected(here: Location, policy: Mapping[str, Any], *, checks: bool) -> Iterator[Problem]:
    """The problems of what a policy expects."""
    paths = policy.get("expect")
    if not isinstance(paths, list):
        return
    if not checks:
        text = "has no meaning without checks, which look for these files; add checks: {} to the file"
        yield Problem((*here, "expect"), text)
    for index, path in enumerate(paths):
        if path in paths[:index]:
            yield Problem((*here, "expect", index), f"{path!r} is listed twice; remove one")
