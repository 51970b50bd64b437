"""What the config of a deployment says about looking into points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

RECENT = timedelta(days=8)
"""Points older than this are not checked any more: their claims have newer ones."""

PACE = 200
"""Blocks a second, 100 MiB: a fifth of what AWS serves by default in an account and Region."""


@dataclass(frozen=True, slots=True)
class CheckRules:
    """New points are looked into; `keys` are the KMS keys (ARNs) under which encrypted ones may be read, and
    `pace` is how many blocks are read a second at most."""

    keys: tuple[str, ...] = ()
    pace: int = PACE


def check_rules_of(item: Mapping[str, Any] | None) -> CheckRules | None:
    """The setting in a JSON document; None for none. Raises KeyError or TypeError for anything else."""
    return None if item is None else CheckRules(tuple(item["keys"]), item.get("pace", PACE))
