"""The facts about each policy of a cluster: its slots, its newest closed run, what it keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Policy
from snapkeep.domain.report.claims import Failure, Name, Past
from snapkeep.domain.retention.history import retention_of, seen, version_of
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.ports.clock import Calendar
from snapkeep.ports.points import Points
from snapkeep.ports.prunes import Retentions
from snapkeep.ports.runs import Runs
from snapkeep.services.report.on_efs import ShowOnEfs
from snapkeep.services.report.past_runs import ReadPastRuns

AHEAD = (timedelta(days=9), timedelta(days=70))
"""How far ahead to search for slots: a week in any time zone, then further for monthly schedules."""

MOST_POINTS = 20_000
"""How many points of closed runs to read for the past of claims; that takes an hourly function a few
seconds.
"""

LOOK_BACK = timedelta(days=2)
"""How far back slots are included: in any time zone, today began at most a day ago."""


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policies that run in a cluster, and the facts about each by its name.

    `slots` are those from two days ago onwards, ascending (aware UTC). `invalid` says why a retention
    cannot be read.
    """

    policies: Sequence[Policy]
    last_runs: Mapping[str, Run | None]
    slots: Mapping[str, Sequence[datetime]]
    retentions: Mapping[str, PolicyRetention]
    invalid: Mapping[str, str]

    def next_slots(self, now: datetime) -> Mapping[str, datetime]:
        """The next slot of each policy that has one."""
        found = {name: [slot for slot in slots if slot > now] for name, slots in self.slots.items()}
        return {name: slots[0] for name, slots in found.items() if slots}


@dataclass(frozen=True, slots=True)
class ReadPolicies:
    """Reads the journal and the calendar."""

    runs: Runs
    points: Points
    retentions: Retentions
    calendar: Calendar
    past_runs: ReadPastRuns
    on_efs: ShowOnEfs

    def facts(self, cluster: str, policies: Sequence[Policy], now: datetime) -> PolicyFacts:
        """The facts about these policies in a cluster."""
        runs = {policy.name: self._newest(cluster, policy.name, now) for policy in policies}
        invalid: dict[str, str] = {}
        return PolicyFacts(
            policies,
            runs,
            {policy.name: self._slots(policy, runs[policy.name], now) for policy in policies},
            dict(self._retentions(cluster, policies, now, invalid)),
            invalid,
        )

    def history(self, cluster: str, policy: str, since: datetime) -> Sequence[Run]:
        """The closed runs of a policy whose slot is at or after `since`, oldest first."""
        whole = self.on_efs.has(policy)
        runs = (self.on_efs.runs if whole else self.runs.runs_of)(cluster, policy, since)
        return sorted((run for run in runs if run.state.is_final), key=lambda run: run.slot)

    def past(self, runs: Iterable[Run], since: datetime) -> Past:
        """How the points of these closed runs since that time ended; reads the newest runs first, up to
        `MOST_POINTS` points.
        """
        good: dict[Name, list[datetime]] = defaultdict(list)
        failed: dict[Name, list[datetime]] = defaultdict(list)
        read = 0
        for run in sorted(runs, key=lambda run: run.slot, reverse=True):
            read += run.total
            if read > MOST_POINTS:
                return Past(good, failed, run.slot)
            for name, state in self._ended(run):
                ended = {PointState.READY: good, PointState.FAILED: failed}.get(state)
                if ended is not None:
                    ended[name].append(run.slot)
        return Past(good, failed, since)

    def failures(self, facts: PolicyFacts) -> Iterator[Failure]:
        """The failures in the newest closed runs, from the journal: including points that never had a
        snapshot."""
        for run in facts.last_runs.values():
            if run and self.on_efs.has(run.policy):
                yield from self.on_efs.failures(run)
                continue
            for point in self.points.points_of(run.id) if run and run.failed else ():
                if point.state is PointState.FAILED:
                    claim = point.claim
                    yield Failure(claim.namespace, claim.name, point.policy, point.slot, point.reason)

    def _newest(self, cluster: str, policy: str, now: datetime) -> Run | None:
        whole = self.on_efs.has(policy)
        return (self.on_efs.newest if whole else self.past_runs.newest)(cluster, policy, now)

    def _ended(self, run: Run) -> Iterator[tuple[Name, PointState]]:
        """The claims of a run, and how their points ended."""
        if self.on_efs.has(run.policy):
            yield from self.on_efs.ended(run)
            return
        for point in self.points.points_of(run.id):
            yield (point.claim.namespace, point.claim.name), point.state

    def _retentions(
        self, cluster: str, policies: Sequence[Policy], now: datetime, invalid: dict[str, str]
    ) -> Iterator[tuple[str, PolicyRetention]]:
        """The retention of policies, with the grace of earlier rules, as prune reads it."""
        for policy in policies:
            history = self.retentions.retention_history(cluster, policy.name)
            try:
                yield policy.name, retention_of(seen(history, version_of(policy, now)))
            except ValueError as error:
                invalid[policy.name] = str(error)

    def _slots(self, policy: Policy, last: Run | None, now: datetime) -> Sequence[datetime]:
        """Slots, far enough ahead to determine their interval."""
        anchor = last.slot if last else now
        found: list[datetime] = []
        for window in AHEAD:
            found = list(self.calendar.due(policy.schedule, now - LOOK_BACK, now + window, anchor))
            if sum(slot > now for slot in found) > 1:
                break
        return found
