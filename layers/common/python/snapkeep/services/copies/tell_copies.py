"""Tells people about copies that are late or were given up, and counts how old the newest ones are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.copies.copies import Copy, CopyState, Source
from snapkeep.domain.copies.lineages import SPANS, rule_to
from snapkeep.domain.copies.records import CopyStage
from snapkeep.domain.copies.rules import Every
from snapkeep.domain.points import volume_timeout
from snapkeep.domain.policies import Deployment
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import CopyNews
from snapkeep.services.copies.choose_copies import Chosen
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.turn import Turn
from snapkeep.services.tell_troubles import TellTroubles

LATE_AFTER = timedelta(days=1)
"""A point that waited this long for its copy is late."""

Found = dict[str, dict[str, str]]
"""Troubles by cluster: subject to reason."""

ClaimKey = tuple[str, str, str]
"""A claim under a policy: cluster, UID, policy."""


@dataclass(frozen=True, slots=True)
class TellCopies:
    """Reports the troubles of a place, once and then weekly while they last."""

    deployment: Deployment
    tell_troubles: TellTroubles
    news: CopyNews
    clock: Clock

    def run(self, turn: Turn, listed: PlaceCopies, chosen: Chosen) -> None:
        """Tell what lasts at a place after a turn. Snapshots that cannot be read as copies belong to no
        cluster that may be believed, so they are work given up."""
        for each in listed.unreadable:
            name = f"{turn.place.name}: {each.snapshot_id}"
            turn.report.given_up[name] = f"{name} counts for no point, because {each.reason}"
        kinds = {
            TroubleKind.COPIES_LATE: self._late(turn, listed, chosen),
            TroubleKind.COPY_FAILED: _given_up(turn, listed, self.clock()),
        }
        for kind, found in kinds.items():
            for cluster in self.deployment.clusters:
                with turn.part(f"{kind} of {cluster.name}"):
                    topic = Topic(kind, cluster.name, turn.place.name)
                    self.tell_troubles.tell(topic, found.get(cluster.name, {}))
        for (name, policy), age in ages(chosen, listed, self.clock()).items():
            self.news.copy_age(name, policy, age)

    def _late(self, turn: Turn, listed: PlaceCopies, chosen: Chosen) -> Found:
        """Copies that take too long, and points that wait too long for one to begin."""
        found: Found = {}
        now = self.clock()
        for record in turn.records.open_copies(turn.place.name):
            copy = listed.by_id.get(record.snapshot_id)
            if copy is None or copy.state is not CopyState.PENDING:
                continue
            if now - copy.started_at > volume_timeout(copy.size_bytes):
                reason = f"{copy.snapshot_id} is being copied since {moment(copy.started_at)}"
                found.setdefault(record.cluster, {})[record.subject] = reason
        newest = _newest_ready(listed, _by_uid)
        for wanted in chosen.wanted:
            source = wanted.source
            claim = source.claim.cluster, source.claim.uid, source.policy
            has_older = claim in newest and newest[claim] < source.taken
            if now - source.taken > LATE_AFTER and not has_older and not listed.by_point.get(wanted.key):
                reason = (
                    f"taken {moment(source.taken)} and not copied yet: {len(listed.pending)} are in progress"
                )
                found.setdefault(source.claim.cluster, {}).setdefault(wanted.subject, reason)
        for cluster, subject, reason in self._behind(turn, chosen, newest):
            found.setdefault(cluster, {})[subject] = reason
        turn.report.late = {name: reason for each in found.values() for name, reason in each.items()}
        return found

    def _behind(
        self, turn: Turn, chosen: Chosen, newest: Mapping[ClaimKey, datetime]
    ) -> Iterator[tuple[str, str, str]]:
        """Claims (cluster, name, reason) whose newest ready copy is too old, although each wanted point may
        be new: it is overtaken by the next before there is room for it."""
        for (cluster, name), sources in chosen.sources.items():
            policy = self.deployment.policy(name)
            rule = rule_to(policy, turn.place.name) if policy else None
            by_claim: dict[str, list[Source]] = {}
            for source in sources:
                by_claim.setdefault(source.claim.uid, []).append(source)
            for uid, points in by_claim.items():
                last = newest.get((cluster, uid, name))
                first = (
                    first_due((each.taken for each in points), last, rule.every) if rule and last else None
                )
                if last and first and self.clock() - first > LATE_AFTER:
                    claim = points[0].claim
                    reason = f"the newest copy is of {moment(last)}; the next was due from {moment(first)}"
                    yield cluster, f"{claim.namespace}/{claim.name} ({name})", reason


def first_due(taken: Iterable[datetime], last: datetime, every: Every) -> datetime | None:
    """When the first point was taken that a rule wants after its copy of `last`; None without one."""
    after = last + SPANS.get(every.period, timedelta())
    newer = sorted(time for time in taken if _to_second(time) > after)
    return newer[every.number - 1] if len(newer) >= every.number else None


def _newest_ready(listed: PlaceCopies, key_of: Callable[[Copy], ClaimKey]) -> dict[ClaimKey, datetime]:
    newest: dict[ClaimKey, datetime] = {}
    for copy in listed.copies:
        if copy.state is CopyState.READY and not copy.duplicate:
            key = key_of(copy)
            newest[key] = max(newest.get(key, copy.taken), copy.taken)
    return newest


def _by_uid(copy: Copy) -> ClaimKey:
    return copy.claim.cluster, copy.claim.uid, copy.policy


def _by_name(copy: Copy) -> ClaimKey:
    """Records know no UID."""
    return copy.claim.cluster, f"{copy.claim.namespace}/{copy.claim.name}", copy.policy


def _given_up(turn: Turn, listed: PlaceCopies, now: datetime) -> Found:
    """Copies that were given up, until a newer point of the claim is copied: one that is only in progress
    may fail as well, and then the same trouble would be told anew."""
    newest = _newest_ready(listed, _by_name)
    found: Found = {}
    for record in turn.records.failed_copies(turn.place.name):
        last = newest.get((record.cluster, f"{record.namespace}/{record.claim}", record.policy))
        retry_at = record.retry_at()
        is_over = record.stage is CopyStage.GIVEN_UP or (retry_at and now - retry_at > LATE_AFTER)
        if is_over and (last is None or last < _to_second(record.taken)):
            what = "given up" if record.stage is CopyStage.GIVEN_UP else "not tried again"
            reason = f"{what} after attempt {record.attempt}: {record.reason}"
            found.setdefault(record.cluster, {})[record.subject] = reason
    return found


def ages(chosen: Chosen, listed: PlaceCopies, now: datetime) -> Mapping[tuple[str, str], timedelta]:
    """By cluster and policy, how old the data of the newest copy is, for the claim that is worst off.

    Only claims with a point as new as any of the policy count: those of others are gone, or late already. A
    claim without a copy counts from its oldest point.
    """
    ready = _newest_ready(listed, _by_uid)
    found: dict[tuple[str, str], timedelta] = {}
    for (cluster, policy), sources in chosen.sources.items():
        last = max(source.slot for source in sources)
        for uid in {source.claim.uid for source in sources if source.slot == last}:
            oldest = min(source.taken for source in sources if source.claim.uid == uid)
            age = now - ready.get((cluster, uid, policy), oldest)
            found[cluster, policy] = max(found.get((cluster, policy), timedelta()), age)
    return found


def _to_second(time: datetime) -> datetime:
    """A time as the tags of copies have it."""
    return time.replace(microsecond=0)
