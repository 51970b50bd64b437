"""The services that look into points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapkeep.services.proof.accept_check import AcceptCheck
    from snapkeep.services.proof.check_points import CheckPoints
    from snapkeep.services.proof.look_into import LookInto
    from snapkeep.wiring.ports import Ports


def check_points(ports: Ports, looker: LookInto) -> CheckPoints:
    """The service that checks points."""
    from snapkeep.services.proof.check_points import CheckPoints
    from snapkeep.services.tell_troubles import TellTroubles

    journal = ports.journal
    return CheckPoints(
        ports.deployment,
        ports.snapshots,
        journal.catalogue,
        journal.checks,
        journal.suspicions,
        looker,
        TellTroubles(journal.troubles, ports.announcer, ports.clock),
        ports.clock,
    )


def accept_check(ports: Ports) -> AcceptCheck:
    """The service with which people accept suspicious points."""
    from snapkeep.services.proof.accept_check import AcceptCheck

    return AcceptCheck(ports.journal.checks, ports.journal.suspicions)
