"""The services of a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapkeep.wiring.troubles import give_up, tell_troubles

if TYPE_CHECKING:
    from snapkeep.domain.vault.vault import Vault, VaultSource
    from snapkeep.services.vault.hub.show_vault import ShowVault
    from snapkeep.services.vault.known_sources import KnownSources
    from snapkeep.services.vault.pull_copies import PullCopies
    from snapkeep.services.vault.pull_from import PullFrom
    from snapkeep.wiring.ports import Ports


def pull_copies(ports: Ports) -> PullCopies:
    """The service that copies what the sources of the vault share."""
    from snapkeep.services.vault.pull_copies import PATIENCE, PullCopies
    from snapkeep.services.vault.receive_requests import ReceiveRequests

    vault, requests = the_vault(ports), ports.journal.vault_requests
    return PullCopies(
        vault,
        ports.everybodys_snapshots,
        ports.regions_of,
        ports.journal.copies,
        requests,
        ReceiveRequests(vault, requests, ports.clock),
        _known_sources(ports, vault),
        lambda source: _pull_from(ports, vault, source),
        give_up(ports, ports.copy_news, "pull_copies", PATIENCE),
        ports.clock,
    )


def the_vault(ports: Ports) -> Vault:
    """The vault of the deployment."""
    vault = ports.deployment.vault
    assert vault is not None, "only the stack of a vault deploys this function"
    return vault


def _pull_from(ports: Ports, vault: Vault, source: VaultSource) -> PullFrom:
    from snapkeep.domain.vault.terms import TermsOfSources
    from snapkeep.services.copies.copy_point import CopyPoint
    from snapkeep.services.copies.settle_copies import SettleCopies
    from snapkeep.services.vault.answer import AnswerRequests
    from snapkeep.services.vault.begin_copies import BeginCopies
    from snapkeep.services.vault.check_requests import CheckRequests
    from snapkeep.services.vault.pull_from import PullFrom
    from snapkeep.services.vault.share_places import SharePlaces
    from snapkeep.services.vault.shared_originals import SharedOriginals
    from snapkeep.services.vault.stand import StandRequests
    from snapkeep.services.vault.tell_vault import TellVault

    journal, news, clock = ports.journal, ports.copy_news, ports.clock
    requests, terms = journal.vault_requests, TermsOfSources(vault)
    checker = CheckRequests(source, ports.shared, ports.regions_of(source), clock)
    originals = SharedOriginals(requests, checker)
    answers = AnswerRequests(requests, ports.sources, clock)
    places = SharePlaces(vault, ports.everybodys_snapshots, requests)
    tell = tell_troubles(ports, news)
    copier = CopyPoint(terms, originals, source.region, news, clock)
    return PullFrom(
        requests,
        SettleCopies(terms, originals, ports.deployment.consistency_wait, news, clock),
        StandRequests(answers, journal.deletions, clock),
        BeginCopies(checker, copier, answers, places, clock),
        TellVault(terms, requests, tell, clock),
        _known_sources(ports, vault),
    )


def _known_sources(ports: Ports, vault: Vault) -> KnownSources:
    from snapkeep.services.copies.troubles.compared import CompareCopies
    from snapkeep.services.vault.known_sources import KnownSources

    tell, deletions = tell_troubles(ports, ports.copy_news), ports.journal.deletions
    return KnownSources(
        vault,
        ports.everybodys_snapshots,
        ports.journal.copies,
        lambda source: CompareCopies(source.clusters, deletions, tell, ports.clock),
        tell,
        ports.clock,
    )


def show_vault(ports: Ports) -> ShowVault:
    """The service that shows what the vault has of each source. Raises NotFound where this is no vault."""
    from snapkeep.domain.errors import NotFound
    from snapkeep.services.vault.hub.show_vault import ShowVault

    vault, journal = ports.deployment.vault, ports.journal
    if vault is None:
        raise NotFound("this deployment is not a vault; ask for the status of a cluster")
    return ShowVault(
        vault, ports.regions_of, journal.vault_requests, journal.copies, journal.troubles, ports.clock
    )
