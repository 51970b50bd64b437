"""What the config of a deployment says about borrowing copies from vaults in other accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Borrow:
    """Whose loans a deployment takes (`lenders`, account ids), and under which key of its own (an ARN) it
    copies them."""

    lenders: tuple[str, ...]
    kms_key: str


def borrow_of(item: Mapping[str, Any] | None) -> Borrow | None:
    """The setting in a JSON document; None for none. Raises KeyError or TypeError for anything else."""
    return Borrow(tuple(item["lenders"]), item["kms_key"]) if item else None
