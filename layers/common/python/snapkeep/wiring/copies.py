"""The services that copy recovery points to places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.asking import ask_copies
from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.services.copies.requests.list_copies import ListCopies
    from snapkeep.services.copies.requests.request_copies import RequestCopies
    from snapkeep.services.copies.take_copies import TakeCopies
    from snapkeep.services.report.list_points import ListPoints
    from snapkeep.wiring.ports import Ports


def take_copies(ports: Ports) -> TakeCopies:
    """The service that takes copies."""
    from snapkeep.services.copies.choose_copies import ChooseCopies
    from snapkeep.services.copies.copy_point import CopyPoint
    from snapkeep.services.copies.places_left import PlacesLeft
    from snapkeep.services.copies.planned_claims import PlannedClaims
    from snapkeep.services.copies.settle_copies import SettleCopies
    from snapkeep.services.copies.short_turn import ShortTurn
    from snapkeep.services.copies.take_copies import PATIENCE, TakeCopies
    from snapkeep.services.copies.tell_copies import TellCopies
    from snapkeep.services.copies.troubles.lost import FindLost
    from snapkeep.services.restore.holds import HoldPoints

    journal, news = ports.journal, ports.copy_news
    holds = HoldPoints(ports.snapshots, journal.holds, journal.restores, ports.clock)
    claims = PlannedClaims(journal.runs, journal.points, ports.clock)
    chooser = ChooseCopies(ports.deployment, ports.snapshots, claims, ports.clock)
    teller = TellCopies(ports.deployment, tell_troubles(ports, news), news, ports.clock)
    settler = SettleCopies(ports.deployment, holds, news, ports.clock)
    copier = CopyPoint(ports.deployment, ports.snapshots, holds, news, ports.clock)
    return TakeCopies(
        ports.deployment,
        ports.regions,
        journal.copies,
        journal.copy_requests,
        settler,
        chooser,
        FindLost(journal.deletions),
        PlacesLeft(ports.deployment, journal.copies, settler, teller.tell_troubles, ports.clock),
        copier,
        ShortTurn(journal.copies, ports.snapshots, settler, copier, ports.clock),
        teller,
        ask_copies(ports, holds, chooser, teller),
        give_up(ports, news, "copy_points", PATIENCE),
        ports.clock,
    )


def list_copies(ports: Ports) -> ListCopies:
    """The service that lists copies."""
    from snapkeep.services.copies.requests.list_copies import ListCopies

    return ListCopies(ports.deployment, ports.regions, ports.journal.copies, ports.journal.copy_requests)


def request_copies(ports: Ports, points: ListPoints) -> RequestCopies:
    """The service that people ask for copies."""
    from snapkeep.services.copies.requests.request_copies import RequestCopies

    return RequestCopies(
        ports.deployment,
        ports.snapshots,
        ports.everybodys_snapshots,
        points,
        ports.regions,
        ports.keys,
        ports.journal.copies,
        ports.journal.copy_requests,
        ports.clock,
    )
