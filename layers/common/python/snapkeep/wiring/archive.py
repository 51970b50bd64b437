"""The services that archive points and bring them back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from snapkeep.wiring.copies import choose_copies
from snapkeep.wiring.retention import read_cluster
from snapkeep.wiring.troubles import give_up

if TYPE_CHECKING:
    from snapkeep.services.archive.archive_points import ArchivePoints
    from snapkeep.services.archive.bring_back import BringBack
    from snapkeep.services.archive.choose_archives import ChooseArchives
    from snapkeep.services.archive.show_tier import ShowTier
    from snapkeep.wiring.ports import Ports

PATIENCE = timedelta(days=2)
"""Work that failed in three daily passes in a row is reported."""


def bring_back(ports: Ports) -> BringBack:
    """The service that brings a restore's point back from the archive tier."""
    from snapkeep.services.archive.bring_back import BringBack

    return BringBack(ports.tiers, ports.clock)


def show_tier(ports: Ports) -> ShowTier:
    """The service that shows the tier of a point."""
    from snapkeep.services.archive.show_tier import ShowTier

    return ShowTier(ports.deployment, ports.journal.archives)


def archive_points(ports: Ports) -> ArchivePoints:
    """The service that archives points."""
    from snapkeep.services.archive.archive_point import ArchivePoint
    from snapkeep.services.archive.archive_points import FUNCTION, ArchivePoints
    from snapkeep.services.archive.measure import Measure
    from snapkeep.services.archive.settle_archives import SettleArchives

    moves = ports.snapshots, ports.tiers, ports.journal.archives, ports.clock
    return ArchivePoints(
        ports.deployment,
        ports.snapshots,
        ports.journal.archives,
        SettleArchives(*moves),
        _choose_archives(ports),
        Measure(ports.blocks),
        ArchivePoint(*moves),
        give_up(ports, ports.announcer, FUNCTION, PATIENCE),
        ports.clock,
    )


def _choose_archives(ports: Ports) -> ChooseArchives:
    from snapkeep.services.archive.choose_archives import ChooseArchives
    from snapkeep.services.archive.copies_needing import CopiesNeeding
    from snapkeep.services.retention.gone_claims import RememberedGoneClaims

    deployment, journal = ports.deployment, ports.journal
    copies = CopiesNeeding(
        deployment, ports.regions, journal.copies, journal.copy_requests, choose_copies(ports)
    )
    reader = read_cluster(ports, RememberedGoneClaims(journal.retentions))
    return ChooseArchives(deployment, reader, journal.restores, journal.suspicions, copies, ports.clock)
