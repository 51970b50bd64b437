"""The services that copy recovery points to places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from snapkeep.wiring.asking import ask_copies
from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapkeep.domain.copies.places import Home, Place
    from snapkeep.domain.messages import PruneRequest
    from snapkeep.ports.ec2 import Regions
    from snapkeep.services.copies.choose_copies import ChooseCopies
    from snapkeep.services.copies.pruning.place_scope import CopiesInPlace
    from snapkeep.services.copies.pruning.rules_there import RulesThere
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
    from snapkeep.services.copies.copy_point import CopyPoint
    from snapkeep.services.copies.originals import OwnOriginals
    from snapkeep.services.copies.places_left import PlacesLeft
    from snapkeep.services.copies.settle_copies import SettleCopies
    from snapkeep.services.copies.short_turn import ShortTurn
    from snapkeep.services.copies.take_copies import PATIENCE, TakeCopies
    from snapkeep.services.copies.tell_copies import TellCopies
    from snapkeep.services.copies.troubles.compared import CompareCopies
    from snapkeep.services.copies.troubles.lost import FindLost
    from snapkeep.services.restore.holds import HoldPoints

    journal, news, home = ports.journal, ports.copy_news, ports.deployment.clusters[0].region
    holds = HoldPoints(ports.snapshots, journal.holds, journal.restores, ports.clock)
    chooser = choose_copies(ports)
    teller = TellCopies(ports.deployment, tell_troubles(ports, news), news, ports.clock)
    clusters = [cluster.name for cluster in ports.deployment.clusters]
    originals, terms = OwnOriginals(ports.snapshots, holds, ports.clock), TermsOfPolicies(ports.deployment)
    settler = SettleCopies(terms, originals, ports.deployment.consistency_wait, news, ports.clock)
    copier = CopyPoint(terms, originals, home, news, ports.clock)
    asking = ask_copies(ports, holds, chooser, teller)
    return TakeCopies(
        ports.deployment,
        ports.regions,
        journal.copies,
        journal.copy_requests,
        settler,
        chooser,
        FindLost(journal.deletions, Home("", home)),
        CompareCopies(clusters, journal.deletions, teller.tell_troubles, ports.clock),
        PlacesLeft(
            ports.deployment, journal.copies, settler, asking.asker, teller.tell_troubles, ports.clock
        ),
        copier,
        ShortTurn(
            ports.deployment, journal.copies, ports.snapshots, settler, copier, journal.runs, ports.clock
        ),
        teller,
        asking,
        give_up(ports, news, "copy_points", PATIENCE),
        ports.clock,
    )


def choose_copies(ports: Ports) -> ChooseCopies:
    """The service that chooses what to copy next."""
    from snapkeep.services.copies.choose_copies import ChooseCopies
    from snapkeep.services.copies.planned_claims import PlannedClaims

    claims = PlannedClaims(ports.journal.runs, ports.journal.points, ports.clock)
    return ChooseCopies(ports.deployment, ports.snapshots, claims, ports.clock)


def list_copies(ports: Ports) -> ListCopies:
    """The service that lists copies; in a vault those of all sources."""
    from snapkeep.services.copies.requests.find_wanted import FindWanted
    from snapkeep.services.copies.requests.list_copies import ListCopies
    from snapkeep.services.vault.hub.list_asked import ListAsked

    deployment, journal = ports.deployment, ports.journal
    stores = journal.copies, journal.copy_requests
    if deployment.vault is None:
        clusters, places = [each.name for each in deployment.clusters], deployment.places
        wanted = FindWanted(choose_copies(ports), journal.copies, journal.troubles)
        return ListCopies(clusters, places, lambda _: ports.regions, *stores, wanted)
    sources = {source.name: source for source in deployment.vault.sources}
    return ListCopies(
        sorted({name for source in sources.values() for name in source.clusters}),
        deployment.vault.places,
        lambda place: ports.regions_of(sources[place.name]),
        *stores,
        ListAsked(journal.vault_requests),
    )


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
    """The service that deletes copies that retention does not keep: in each place each cluster's, and in a
    vault each source's and cluster's. A vault elsewhere prunes its own."""
    from snapkeep.wiring.retention import prune_scopes

    def scopes(request: PruneRequest) -> Sequence[CopiesInPlace]:
        return [
            _in_place(ports, kept)
            for kept in (*_own(ports), *_of_sources(ports))
            if request.place in ("", kept.place.name) and request.cluster in ("", kept.cluster)
        ]

    return prune_scopes(ports, "prune_copies", scopes)


class _Kept(NamedTuple):
    """Copies of a cluster in a place, which a deployment has made from its points, and by which rules they
    stay."""

    place: Place
    cluster: str
    deployment: str
    home: Home
    regions: Regions
    rules: RulesThere


def _own(ports: Ports) -> Iterator[_Kept]:
    """The copies of our own clusters."""
    from snapkeep.domain.copies.places import Home
    from snapkeep.services.copies.pruning.rules_there import RulesOfPolicies

    deployment, journal = ports.deployment, ports.journal
    for place in deployment.places:
        for cluster in () if place.is_vault else deployment.clusters:
            stores = journal.runs, journal.prunes, journal.retentions
            rules = RulesOfPolicies(deployment, place, cluster.name, *stores)
            home = Home("", deployment.clusters[0].region)
            yield _Kept(place, cluster.name, deployment.name, home, ports.regions, rules)


def _of_sources(ports: Ports) -> Iterator[_Kept]:
    """The copies that a vault keeps for its sources."""
    from snapkeep.services.copies.pruning.rules_of_source import RulesOfSource

    vault, journal = ports.deployment.vault, ports.journal
    for source in vault.sources if vault else ():
        assert vault
        rules = RulesOfSource(source, vault.timezone, journal.copies, journal.retentions)
        regions, place = ports.regions_of(source), vault.place_of(source)
        for cluster in source.clusters:
            yield _Kept(place, cluster, source.deployment, source.home, regions, rules)


def _in_place(ports: Ports, kept: _Kept) -> CopiesInPlace:
    from snapkeep.domain.messages import copies_scope
    from snapkeep.services.copies.pruning.our_copies import NoObjects, OurCopies
    from snapkeep.services.copies.pruning.place_scope import CopiesInPlace
    from snapkeep.services.copies.pruning.read_copies import ReadCopies
    from snapkeep.wiring.retention import decide_prune, deleter_of

    place, cluster, journal = kept.place, kept.cluster, ports.journal
    snapshots, name = kept.regions.snapshots(place.region), copies_scope(cluster, place.name)
    ours = OurCopies(kept.deployment, cluster, place.name, kept.home)
    lag = ports.deployment.consistency_wait
    return CopiesInPlace(
        place,
        cluster,
        kept.rules,
        ReadCopies(place, cluster, kept.rules, snapshots, journal.copies, journal.prunes, lag),
        decide_prune(ports, snapshots),
        deleter_of(ports, name, ours, snapshots, NoObjects()),
    )
