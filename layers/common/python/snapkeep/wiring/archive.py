"""The services that archive points and bring them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.archive.bring_back import BringBack
    from snapkeep.wiring.ports import Ports


def bring_back(ports: Ports) -> BringBack:
    """The service that brings a restore's point back from the archive tier."""
    from snapkeep.services.archive.bring_back import BringBack

    return BringBack(ports.tiers, ports.clock)
