"""Receives requests: those of known sources are kept until they are answered, all others are dropped."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from snapkeep.domain.vault.asked import Asked, StoredRequest
from snapkeep.domain.vault.vault import Vault
from snapkeep.ports.clock import Clock
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.give_up import part_of_a_pass

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ReceivedReport:
    """The names of the sources that asked, how many requests of strangers were dropped, and why some (by the
    id of their message) could not be kept."""

    asked_by: list[str] = field(default_factory=list)
    dropped: int = 0
    not_kept: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiveRequests:
    """Believes who sent a request from its envelope. A stranger gets no answer."""

    vault: Vault
    requests: VaultRequests
    clock: Clock

    def run(self, asked: Mapping[str, Asked]) -> ReceivedReport:
        """Keep requests, by the ids of their messages."""
        report = ReceivedReport()
        for message, each in asked.items():
            request = each.request
            source = self.vault.sender(each.account, request.region, request.deployment)
            if source is None:
                report.dropped += 1
                log.warning(
                    "dropped a request: account %s, deployment %s in %s is not a source of this vault",
                    each.account,
                    request.deployment,
                    request.region,
                )
                continue
            with part_of_a_pass(f"a request of {source.name}", report.not_kept, message):
                self._keep(StoredRequest(source.name, request, self.clock()))
                report.asked_by += [source.name] if source.name not in report.asked_by else []
        return report

    def _keep(self, asked: StoredRequest) -> None:
        """Keep a request, unless its point was asked for again since: events come late, twice and in any
        order."""
        known = self.requests.request(asked.source, asked.request.point)
        if known is None or known.asked_at <= asked.asked_at:
            self.requests.keep(asked)


def of_account(vault: Vault, account: str) -> Sequence[str]:
    """The names of the sources in an account."""
    return [source.name for source in vault.sources if source.account == account]
