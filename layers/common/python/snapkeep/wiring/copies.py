"""The services that copy recovery points to places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.asking import ask_copies
from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snapkeep.domain.copies.places import Place
    from snapkeep.domain.messages import PruneRequest
    from snapkeep.services.copies.pruning.place_scope import CopiesInPlace
    from snapkeep.services.copies.requests.list_copies import ListCopies
    from snapkeep.services.copies.requests.request_copies import RequestCopies
    from snapkeep.services.copies.take_copies import TakeCopies
    from snapkeep.services.report.list_points import ListPoints
    from snapkeep.services.retention.prune import Prune
    from snapkeep.wiring.ports import Ports


def take_copies(ports: Ports) -> TakeCopies:
    """The service that takes copies."""
    from snapkeep.domain.copies.places import Home
    from snapkeep.domain.copies.terms import TermsOfPolicies
    from snapkeep.services.copies.choose_copies import ChooseCopies
    from snapkeep.services.copies.copy_point import CopyPoint
    from snapkeep.services.copies.originals import OwnOriginals
    from snapkeep.services.copies.places_left import PlacesLeft
    from snapkeep.services.copies.planned_claims import PlannedClaims
    from snapkeep.services.copies.settle_copies import SettleCopies
    from snapkeep.services.copies.short_turn import ShortTurn
    from snapkeep.services.copies.take_copies import PATIENCE, TakeCopies
    from snapkeep.services.copies.tell_copies import TellCopies
    from snapkeep.services.copies.troubles.lost import FindLost
    from snapkeep.services.restore.holds import HoldPoints

    journal, news, home = ports.journal, ports.copy_news, ports.deployment.clusters[0].region
    holds = HoldPoints(ports.snapshots, journal.holds, journal.restores, ports.clock)
    claims = PlannedClaims(journal.runs, journal.points, ports.clock)
    chooser = ChooseCopies(ports.deployment, ports.snapshots, claims, ports.clock)
    teller = TellCopies(ports.deployment, tell_troubles(ports, news), news, ports.clock)
    originals, terms = OwnOriginals(ports.snapshots, holds, ports.clock), TermsOfPolicies(ports.deployment)
    settler = SettleCopies(terms, originals, ports.deployment.consistency_wait, news, ports.clock)
    copier = CopyPoint(terms, originals, home, news, ports.clock)
    return TakeCopies(
        ports.deployment,
        ports.regions,
        journal.copies,
        journal.copy_requests,
        settler,
        chooser,
        FindLost(journal.deletions, Home("", home)),
        PlacesLeft(ports.deployment, journal.copies, settler, teller.tell_troubles, ports.clock),
        copier,
        ShortTurn(ports.deployment, journal.copies, ports.snapshots, settler, copier, ports.clock),
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


def prune_copies(ports: Ports) -> Prune:
    """The service that deletes copies that retention does not keep: in each place each cluster's.

    A vault prunes its own."""
    from snapkeep.wiring.retention import prune_scopes

    def scopes(request: PruneRequest) -> Sequence[CopiesInPlace]:
        return [
            _in_place(ports, place, cluster.name)
            for place in ports.deployment.places
            for cluster in ports.deployment.clusters
            if request.place in ("", place.name) and request.cluster in ("", cluster.name)
            if not place.is_vault
        ]

    return prune_scopes(ports, "prune_copies", scopes)


def _in_place(ports: Ports, place: Place, cluster: str) -> CopiesInPlace:
    from snapkeep.domain.copies.places import Home
    from snapkeep.domain.messages import copies_scope
    from snapkeep.services.copies.pruning.our_copies import NoObjects, OurCopies
    from snapkeep.services.copies.pruning.place_scope import CopiesInPlace
    from snapkeep.services.copies.pruning.read_copies import ReadCopies
    from snapkeep.services.copies.pruning.rules_there import RulesOfPolicies
    from snapkeep.wiring.retention import decide_prune, deleter_of

    deployment, journal = ports.deployment, ports.journal
    snapshots, name = ports.regions.snapshots(place.region), copies_scope(cluster, place.name)
    ours = OurCopies(deployment.name, cluster, place.name, Home("", deployment.clusters[0].region))
    rules = RulesOfPolicies(deployment, place, cluster, journal.runs, journal.prunes, journal.retentions)
    lag = deployment.consistency_wait
    return CopiesInPlace(
        place,
        cluster,
        rules,
        ReadCopies(place, cluster, rules, snapshots, journal.copies, journal.prunes, lag),
        decide_prune(ports, snapshots),
        deleter_of(ports, name, ours, snapshots, NoObjects()),
    )
