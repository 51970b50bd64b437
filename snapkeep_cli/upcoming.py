"""Computes what would run next, from the policies alone and by Scheduler's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from snapkeep.domain.backup.schedule import PreviewUnavailable, gap_slots, rate_of, slots
from snapkeep.domain.policies import Deployment, Policy

WHOLE = "AWS Backup backs up whole file systems"

SKIPPED = "this local time is skipped when the clocks change: reconcile starts it, not Scheduler"


@dataclass(frozen=True, slots=True)
class UpcomingRun:
    """A policy, a slot (aware UTC) and a cluster; `note` explains anything unusual."""

    slot: datetime
    policy: Policy
    cluster: str
    note: str = ""

    @property
    def local(self) -> datetime:
        """The slot as clocks in the policy's zone show it."""
        return self.slot.astimezone(ZoneInfo(self.policy.schedule.timezone))

    @property
    def starts_by(self) -> datetime:
        """The end of the flexible window: Scheduler starts the run at any moment before it."""
        return self.slot + timedelta(minutes=self.policy.schedule.flexible_minutes)


@dataclass(frozen=True, slots=True)
class Unforeseen:
    """A policy that runs, but at times that the config alone does not determine."""

    policy: Policy
    clusters: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The runs after `after` and up to `until`, by time, and the policies without computable times."""

    after: datetime
    until: datetime
    runs: tuple[UpcomingRun, ...]
    unforeseen: tuple[Unforeseen, ...]
    paused: tuple[Policy, ...]


def preview(deployment: Deployment, clusters: Sequence[str], after: datetime, until: datetime) -> Preview:
    """The runs on these clusters after `after`, up to and including `until` (both aware)."""
    runs: list[UpcomingRun] = []
    unforeseen: list[Unforeseen] = []
    taken = [policy for policy in deployment.policies if set(policy.clusters) & set(clusters)]
    for policy in taken:
        on = tuple(name for name in clusters if name in policy.clusters)
        try:
            runs += [
                UpcomingRun(slot, policy, cluster, note)
                for slot, note in _slots(policy, after, until)
                for cluster in on
            ]
        except PreviewUnavailable as reason:
            unforeseen.append(Unforeseen(policy, on, _why(policy, reason, until - after)))
    return Preview(
        after,
        until,
        tuple(sorted(runs, key=lambda run: (run.slot, run.policy.name, run.cluster))),
        tuple(unforeseen),
        tuple(policy for policy in taken if not policy.schedule.enabled),
    )


def _slots(policy: Policy, after: datetime, until: datetime) -> Iterator[tuple[datetime, str]]:
    schedule = policy.schedule
    regular = set(slots(schedule, after, until, CronSim))
    yield from ((slot, "" if policy.method.is_of_volumes else WHOLE) for slot in regular)
    skipped = set(gap_slots(schedule, after, until, CronSim)) - regular
    yield from ((slot, SKIPPED) for slot in skipped)


def _why(policy: Policy, reason: PreviewUnavailable, span: timedelta) -> str:
    """Why the times are unknown: a rate counts from its first run, but the number of runs is known."""
    every = rate_of(policy.schedule.expression)
    if every is None:
        return str(reason)
    number = span // every
    return f"{number} runs: {policy.schedule.expression} counts from when its schedule is deployed"
