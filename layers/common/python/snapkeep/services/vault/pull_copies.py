"""Copies into a vault what its sources share: a turn for each source, and requests as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain.copies.tags import PLACE
from snapkeep.domain.vault.asked import Asked, Unread
from snapkeep.domain.vault.vault import Vault, VaultSource
from snapkeep.domain.vault.verify import Refused, Why
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords
from snapkeep.ports.ec2 import Regions, Snapshots
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.vault.known_sources import KnownSources
from snapkeep.services.vault.pull_from import PullFrom
from snapkeep.services.vault.receive_requests import ReceivedReport, ReceiveRequests, of_account
from snapkeep.services.vault.source_turn import SourceReport, SourceTurn

LEASE = timedelta(minutes=6)
"""Longer than pull_copies may run, so that a live holder never loses its lease."""

EVERY = timedelta(minutes=5)
"""How often the schedule starts it."""

PATIENCE = timedelta(minutes=15)
"""Work that failed in three turns in a row is reported."""


@dataclass(frozen=True, slots=True)
class PullCopies:
    """Works on sources; trouble with one never stops the others.

    `snapshots` are all of the vault's. `regions_of` is EC2 as the copies of a source are listed, `puller_of`
    the turn of a source.
    """

    vault: Vault
    snapshots: Snapshots
    regions_of: Callable[[VaultSource], Regions]
    records: CopyRecords
    requests: VaultRequests
    receiver: ReceiveRequests
    known: KnownSources
    puller_of: Callable[[VaultSource], PullFrom]
    give_up: GiveUp
    clock: Clock

    def run(self, owner: str) -> list[SourceReport]:
        """One turn for every source. `owner` must be unique to this invocation, because it holds the
        leases."""
        reports = [self._turn(source, owner) for source in self._in_turn()]
        parts: dict[str, str] = {}
        with part_of_a_pass("sources that left the config", parts, "sources that left the config"):
            self.known.tell_left()
        parts |= {part: reason for report in reports for part, reason in report.given_up.items()}
        self.give_up.report(parts, unseen=[report.place for report in reports if report.busy])
        return reports

    def receive(self, asked: Mapping[str, Asked], unread: Sequence[Unread], owner: str) -> Received:
        """Keep requests, by the ids of their messages, and take a turn for each source that asked.

        A source whose turn another invocation takes waits for the next one, and so does one with very many
        copies. For one of which nothing can be read people are told, and nothing is listed.
        """
        received = self.receiver.run(asked)
        refused: dict[str, list[str]] = {}
        for each in unread:
            names = of_account(self.vault, each.account)
            received.dropped += not names
            for name in names:
                refused.setdefault(name, []).append(each.reason)
        large = self.known.large() if received.asked_by else ()
        asked_by = {name for name in received.asked_by if name not in large}
        turns = [
            self._turn(each, owner, unread=refused.get(each.name, ()), only_tell=each.name not in asked_by)
            for each in self.vault.sources
            if each.name in asked_by or each.name in refused
        ]
        return Received(received, turns)

    def ended(
        self, owner: str, incremental: Mapping[str, bool], named: Collection[str]
    ) -> list[SourceReport]:
        """One turn for each source some of whose copies (`named`, by snapshot id) ended, and for those that
        wait for room, except those with very many copies. `incremental` says of some whether only changed
        blocks were copied."""
        found = self.snapshots.get_many(sorted(named)).values()
        names = {snapshot.tags.get(PLACE, "") for snapshot in found}
        if not names & {source.name for source in self.vault.sources}:
            return []
        large = self.known.large()
        sources = [source for source in self.vault.sources if source.name not in large]
        return [
            self._turn(source, owner, incremental)
            for source in sources
            if source.name in names or any(self.requests.waiting(source.name))
        ]

    def _in_turn(self) -> Sequence[VaultSource]:
        """The sources, beginning with another one each time, because time may run out for the last."""
        sources = self.vault.sources
        first = int(self.clock().timestamp() // EVERY.total_seconds()) % max(1, len(sources))
        return sources[first:] + sources[:first]

    def _turn(
        self,
        source: VaultSource,
        owner: str,
        incremental: Mapping[str, bool] | None = None,
        *,
        unread: Sequence[str] = (),
        only_tell: bool = False,
    ) -> SourceReport:
        report = SourceReport(source.name)
        for reason in unread:
            report.refused[f"a message of {source.account}"] = Refused(Why.MESSAGE, reason)
        with part_of_a_pass(f"copies of {source.name}", report.given_up, source.name):
            now = self.clock()
            report.busy = not self.records.lease_place(source.name, owner, now + LEASE, now)
            if report.busy:
                return report
            place, regions = self.vault.place_of(source), self.regions_of(source)
            snapshots, copier = regions.snapshots(place.region), regions.copier(place.region)
            turn = SourceTurn(
                place, owner, snapshots, copier, self.records, report, incremental or {}, source
            )
            puller = self.puller_of(source)
            puller.tell_refused(turn) if only_tell else puller.run(turn)
        if not report.busy:
            with part_of_a_pass(f"the lease of {source.name}", report.given_up, source.name):
                self.records.release_place(source.name, owner)
        return report


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a batch of requests."""

    requests: ReceivedReport
    sources: list[SourceReport] = field(default_factory=list)
