"""Starts missed slots late while the policy still allows it; otherwise reports them.

Of several missed slots, only the newest is started: the others would snapshot the same data again, and points
of one moment would push out points of many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run, RunState, run_id
from snapkeep.domain.backup.schedule import rate_of
from snapkeep.domain.policies import Policy, Schedule
from snapkeep.domain.report.coverage import ALLOWANCE
from snapkeep.domain.retention.spacing import least_apart
from snapkeep.domain.times import compact
from snapkeep.ports.clock import Calendar, Clock
from snapkeep.ports.messaging import Starter
from snapkeep.ports.news import BackupNews
from snapkeep.ports.runs import Runs, Slots

GRACE = timedelta(minutes=5)
"""Scheduler may deliver up to a minute late, and the planner takes time."""

LOOK_BACK = timedelta(hours=1)
"""How long after its catch-up window a missed slot is still noticed; reconcile runs every 15 minutes."""


@dataclass(slots=True)
class CaughtUp:
    """Run ids of the slots that were started late, and of those given up."""

    started: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MissedSlots:
    """Compares the slots that should have run with the journal's runs."""

    runs: Runs
    slots: Slots
    calendar: Calendar
    starter: Starter
    announcer: BackupNews
    clock: Clock

    def check(self, cluster: str, policy: Policy) -> CaughtUp:
        """Start or report the slots of a policy that did not run; paused policies miss nothing."""
        caught_up = CaughtUp()
        now = self.clock()
        seen = self.slots.first_seen(cluster, policy.name, now)
        if not policy.schedule.enabled:
            return caught_up
        missing, newest = self._missing(cluster, policy, seen, now)
        for slot in missing:
            name = run_id(cluster, policy.name, slot)
            reason = why_missed(policy.schedule, slot, newest, now)
            if not reason:
                self.starter.start_run(cluster, policy.name, slot)
                caught_up.started.append(name)
                continue
            self._report(cluster, policy, slot, now, reason)
            caught_up.missed.append(name)
        return caught_up

    def owed(self, policy: Policy, newest: datetime, since: datetime) -> datetime | None:
        """The first slot after the newest good one that should have produced a recovery point by now.

        Slots before `since` are forgiven, and a paused policy owes nothing.
        """
        schedule = policy.schedule
        until = self.clock() - ALLOWANCE - timedelta(minutes=schedule.flexible_minutes)
        if not schedule.enabled or until <= newest:
            return None
        return next(self.calendar.due(schedule, max(newest, since), until, newest), None)

    def _missing(
        self, cluster: str, policy: Policy, seen: datetime, now: datetime
    ) -> tuple[list[datetime], datetime]:
        """The slots that did not run, ascending, and the newest slot that is due."""

        def ran(since: datetime) -> Iterator[datetime]:
            return (run.slot for run in self.runs.runs_of(cluster, policy.name, since))

        return missing_slots(self.calendar, policy.schedule, seen, now, ran)

    def _report(self, cluster: str, policy: Policy, slot: datetime, now: datetime, reason: str) -> None:
        """Report the slot, and journal it as a failed run so that it is reported only once."""
        name = run_id(cluster, policy.name, slot)
        run = Run(name, cluster, policy.name, slot, accepted_at=now, degraded=reason)
        if self.runs.open_run(run, "reconcile", now + GRACE, now) is None:
            return
        if self.runs.close_run(name, RunState.FAILED, now):
            self.announcer.slot_missed(cluster, policy.name, slot, reason)
            self.runs.mark_announced(name)


def missing_slots(
    calendar: Calendar,
    schedule: Schedule,
    seen: datetime,
    now: datetime,
    ran: Callable[[datetime], Iterable[datetime]],
) -> tuple[list[datetime], datetime]:
    """The slots of a schedule, first seen at `seen`, that did not run, ascending, and the newest that is due.

    `ran` gives the slots that did run since a time. All times are aware UTC.
    """
    since = max(seen, now - schedule.catch_up - LOOK_BACK)
    until = now - GRACE - timedelta(minutes=schedule.flexible_minutes)
    apart = least_apart(schedule) if rate_of(schedule.expression) else timedelta.resolution
    runs = sorted(ran(since - apart))
    anchor = runs[0] if runs else seen
    due = list(calendar.due(schedule, since, until, anchor))
    missing = [slot for slot in due if not any(abs(slot - run) < apart for run in runs)]
    return missing, max([*due, *runs], default=now)


def why_missed(schedule: Schedule, slot: datetime, newest: datetime, now: datetime) -> str:
    """Why a slot that did not run is given up; "" if it may still start."""
    if now > slot + schedule.catch_up:
        return f"the slot did not run within its catch-up window of {schedule.catch_up}"
    if slot < newest:
        return f"the slot did not run before {compact(newest)}, which runs in its place"
    return ""
