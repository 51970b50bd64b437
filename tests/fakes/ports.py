"""The ports of services that need only some of them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from snapkeep.wiring.ports import Ports


def some_ports(**given: Any) -> Ports:
    """These ports, by name; the others are None, so a service that uses one of them fails."""
    return Ports(**(dict.fromkeys(field.name for field in fields(Ports)) | given))
