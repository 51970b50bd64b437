"""Finds copies that take too long, and claims that wait too long for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.copies.copies import CopyState, Source
from snapkeep.domain.copies.lineages import rule_to
from snapkeep.domain.copies.rules import CopyRule
from snapkeep.domain.copies.view.lateness import LATE_AFTER, behind
from snapkeep.domain.points import volume_timeout
from snapkeep.domain.policies import Deployment
from snapkeep.domain.times import moment
from snapkeep.services.copies.choose_copies import Chosen
from snapkeep.services.copies.place_copies import PlaceCopies
from snapkeep.services.copies.troubles.found import (
    ClaimKey,
    Found,
    by_uid,
    newest_ready,
    subject_of,
)
from snapkeep.services.copies.turn import Turn


@dataclass(frozen=True, slots=True)
class FindLate:
    """Finds what is late at a place, each claim once.

    A claim waits since its points were first wanted there, not since they were taken: the first points of a
    new place, or of a new rule, are days old. When that was, the journal knows, which remembers since when a
    trouble is found.
    """

    deployment: Deployment

    def run(self, turn: Turn, listed: PlaceCopies, chosen: Chosen, now: datetime) -> Found:
        """What is late after a turn at the place."""
        found = Found()
        newest = newest_ready(listed, by_uid)
        _add_waiting(found, listed, chosen, newest, now)
        for rule, points in self._claims(turn, chosen):
            claim = points[0].claim
            taken = [each.taken for each in points]
            why = behind(taken, newest.get(by_uid(points[0])), rule.every)
            if why and now > why.watched_from:
                found.add(claim.cluster, subject_of(points[0]), why.reason, at_once=why.is_certain)
        for item in chosen.unclear:
            found.add(item.source.claim.cluster, subject_of(item.source), item.reason)
        add_slow(found, turn, listed, now)
        return found

    def _claims(self, turn: Turn, chosen: Chosen) -> Iterator[tuple[CopyRule, Sequence[Source]]]:
        """The ready points of each claim under a policy, with the rule that copies them here."""
        for (_, name), sources in chosen.sources.items():
            policy = self.deployment.policy(name)
            rule = rule_to(policy, turn.place.name) if policy else None
            by_claim: dict[ClaimKey, list[Source]] = {}
            for source in sources:
                by_claim.setdefault(by_uid(source), []).append(source)
            if rule:
                yield from ((rule, points) for points in by_claim.values())


def add_slow(found: Found, turn: Turn, listed: PlaceCopies, now: datetime) -> None:
    """Add copies that have been in progress for too long by their size."""
    for record in turn.records.open_copies(turn.place.name):
        copy = listed.by_id.get(record.snapshot_id)
        if copy is None or copy.state is not CopyState.PENDING:
            continue
        if now - copy.started_at > volume_timeout(copy.size_bytes):
            reason = f"{copy.snapshot_id} has been in progress since {moment(copy.started_at)}"
            found.add(record.cluster, subject_of(copy), reason, at_once=True)


def _add_waiting(
    found: Found, listed: PlaceCopies, chosen: Chosen, newest: Mapping[ClaimKey, datetime], now: datetime
) -> None:
    """Claims with points that are wanted and not begun, whatever policy they are of. A new point is not yet
    late: in a busy place there is always one."""
    waiting: dict[ClaimKey, list[Source]] = {}
    for wanted in chosen.wanted:
        last = newest.get(by_uid(wanted.source))
        is_new = last is not None and last < wanted.source.taken and now - wanted.source.taken <= LATE_AFTER
        if not is_new and not listed.by_point.get(wanted.key):
            waiting.setdefault(by_uid(wanted.source), []).append(wanted.source)
    for points in waiting.values():
        oldest = min(points, key=lambda each: each.taken)
        what = "1 point waits" if len(points) == 1 else f"{len(points):,} points wait"
        reason = f"{what} to be copied, the oldest taken {moment(oldest.taken)}; {_busy(listed)}"
        found.add(oldest.claim.cluster, subject_of(oldest), reason)


def _busy(listed: PlaceCopies) -> str:
    return f"{len(listed.pending)} are in progress"


def ages(chosen: Chosen, listed: PlaceCopies, now: datetime) -> Mapping[tuple[str, str], timedelta]:
    """By cluster and policy, how old the data of the newest copy is, for the claim that is worst off.

    Only claims with a point as new as any of the policy count: those of others are gone, or late already. A
    claim without a copy counts from its oldest point.
    """
    ready = newest_ready(listed, by_uid)
    found: dict[tuple[str, str], timedelta] = {}
    for (cluster, policy), sources in chosen.sources.items():
        last = max(source.slot for source in sources)
        for uid in {source.claim.uid for source in sources if source.slot == last}:
            oldest = min(source.taken for source in sources if source.claim.uid == uid)
            age = now - ready.get((cluster, uid, policy), oldest)
            found[cluster, policy] = max(found.get((cluster, policy), timedelta()), age)
    return found
