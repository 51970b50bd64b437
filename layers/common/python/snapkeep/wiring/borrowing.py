"""The service that borrows copies from vaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.vault.lending.borrow_copy import BorrowCopy
    from snapkeep.wiring.ports import Ports


def borrow_copy(ports: Ports) -> BorrowCopy:
    """The service that copies what a vault has lent."""
    from snapkeep.domain.errors import Invalid
    from snapkeep.services.vault.lending.borrow_copy import BorrowCopy

    if not ports.deployment.clusters:
        raise Invalid("this deployment is a vault: it lends copies, and borrows none")
    region = ports.deployment.clusters[0].region
    return BorrowCopy(
        ports.deployment,
        ports.everybodys_snapshots,
        ports.shared,
        ports.regions.copier(region),
        ports.keys,
        ports.journal.copies,
        ports.clock,
        ports.nonce,
    )
