"""Tells the vault's people what lasts at a source, once and then weekly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.terms import CopyTerms
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import REMIND_AFTER, Topic, TroubleKind
from snapkeep.domain.vault.silence import silent_after
from snapkeep.ports.clock import Clock
from snapkeep.ports.vaults import VaultRequests
from snapkeep.services.copies.lock_copy import lock_again
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import Found
from snapkeep.services.copies.troubles.given_up import given_up
from snapkeep.services.copies.troubles.late import add_slow
from snapkeep.services.copies.troubles.left_clusters import left_clusters
from snapkeep.services.copies.troubles.unlocked import unlocked
from snapkeep.services.tell_troubles import TellTroubles
from snapkeep.services.vault.source_turn import SourceTurn


@dataclass(frozen=True, slots=True)
class TellVault:
    """Looks at a source after its turn."""

    terms: CopyTerms
    requests: VaultRequests
    tell_troubles: TellTroubles
    clock: Clock

    def run(self, turn: SourceTurn, listed: PlaceCopies, limit: str) -> None:
        """Tell what lasts; `limit` says why the day's limit holds copies back, or "".

        Snapshots that cannot be read as copies belong to no cluster that may be believed, so they are work
        given up.
        """
        now, name = self.clock(), turn.source.name
        for each in listed.unreadable:
            subject = f"{name}: {each.snapshot_id}"
            turn.report.given_up[subject] = f"{subject} counts for no point, because {each.reason}"
        with turn.part("copies that failed"):
            self._by_cluster(turn, TroubleKind.COPY_FAILED, self._failed(turn, listed, now))
        with turn.part("copies that take long"):
            slow = Found()
            add_slow(slow, turn, listed, now)
            self._by_cluster(turn, TroubleKind.COPIES_LATE, slow)
        with turn.part("locks"):
            self._by_cluster(turn, TroubleKind.COPIES_NOT_LOCKED, unlocked(lock_again(turn, self.terms, now)))
        with turn.part("its silence"):
            self._tell(turn, TroubleKind.SOURCE_SILENT, self._silence(turn, listed))
        with turn.part("clusters that left the config"):
            left = left_clusters(turn.place, listed, turn.source.clusters)
            self._tell(turn, TroubleKind.COPIES_LEFT, left)
        self._remembered(turn, TroubleKind.LIMIT_REACHED, {name: limit} if limit else {})
        self.refused(turn)

    def refused(self, turn: SourceTurn) -> None:
        """Tell what was refused: each kind once a week, with an example."""
        found = {each.why.value: each.reason for each in turn.report.refused.values()}
        self._remembered(turn, TroubleKind.REQUESTS_REFUSED, found)

    def _failed(self, turn: SourceTurn, listed: PlaceCopies, now: datetime) -> Found:
        """Claims whose copies were given up. One that is tried again, because the source asks again, is not
        over: it may fail again, and would be announced each time."""
        found = given_up(turn, listed, now)
        place = turn.place.name
        tried = [*turn.records.open_copies(place), *turn.records.failed_copies(place)]
        subjects = {(each.cluster, claim_of(each)) for each in tried}
        for cluster in turn.source.clusters:
            known = self.tell_troubles.troubles.troubles(Topic(TroubleKind.COPY_FAILED, cluster, place))
            for subject, trouble in known.items():
                is_told = subject in found.by_cluster.get(cluster, {})
                if (cluster, subject) in subjects and not is_told:
                    found.add(cluster, subject, trouble.reason, at_once=True)
        return found

    def _silence(self, turn: SourceTurn, listed: PlaceCopies) -> Mapping[str, str]:
        """Why a source with copies, none of which has begun for long, is silent: its backups or its requests
        may have ended, or its account is gone. Requests alone prove nothing: anybody in a stolen account can
        go on asking for what is here."""
        patience = silent_after(copy.started_at for copy in listed.copies)
        begun = max((copy.started_at for copy in listed.copies), default=None)
        if begun is None:
            return {}
        now, name = self.clock(), turn.source.name
        if now - begun <= patience:
            return {}
        last = max(begun, self.requests.heard(name) or begun)
        what = f"has asked for nothing since {moment(last)}"
        if now - last <= patience:
            what = f"still asks, but its newest copy here began {moment(begun)}"
        return {name: f"{name} (deployment {turn.source.deployment} in {turn.source.home}) {what}"}

    def _by_cluster(self, turn: SourceTurn, kind: TroubleKind, found: Found) -> None:
        for cluster in turn.source.clusters:
            topic = Topic(kind, cluster, turn.source.name)
            at_once = found.at_once.get(cluster, ())
            self.tell_troubles.tell(topic, found.by_cluster.get(cluster, {}), at_once=at_once)

    def _remembered(self, turn: SourceTurn, kind: TroubleKind, found: Mapping[str, str]) -> None:
        """Tell of something that happens and is over: each kind once a week, however often it happens."""
        with turn.part(str(kind)):
            topic = Topic(kind, "", turn.source.name)
            known = self.tell_troubles.troubles.troubles(topic)
            now = self.clock()
            recent = {name: each.reason for name, each in known.items() if now - each.since < REMIND_AFTER}
            if recent or found or known:
                self.tell_troubles.tell(topic, {**found, **recent})

    def _tell(self, turn: SourceTurn, kind: TroubleKind, found: Mapping[str, str]) -> None:
        self.tell_troubles.tell(Topic(kind, "", turn.source.name), found)


def claim_of(record: CopyRecord) -> str:
    """What people know the claim of a record by, under its policy."""
    return f"{record.namespace}/{record.claim} ({record.policy})"
