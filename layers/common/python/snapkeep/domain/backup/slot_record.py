"""The record of a policy's slots, which ensures that only slots of its schedule get a run.

A run at any other time would add a recovery point, and new points push old ones out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.backup.schedule import has_preview, rate_of
from snapkeep.domain.policies import Schedule
from snapkeep.domain.retention.spacing import least_apart
from snapkeep.domain.times import compact, moment

EARLY = timedelta(minutes=1)
"""How far our clock may be behind Scheduler's, which never starts a slot early."""

LATE = timedelta(minutes=5)
"""How long Lambda may take to deliver a start that was sent within the catch-up window."""

SUCCEEDED = timedelta(minutes=5)
"""A slot this old has certainly been started: Scheduler may be a minute late, and the planner takes time."""

REMEMBERED = 20
"""How many schedules are kept: more than anybody changes within a catch-up window."""

Due = Callable[[Schedule, datetime, datetime], Iterable[datetime]]
"""The slots in (after, until] of a schedule that has a preview, ascending, including those in DST gaps."""


@dataclass(frozen=True, slots=True)
class KnownSchedule:
    """A schedule of a policy, first seen at `since` (aware UTC)."""

    schedule: Schedule
    since: datetime


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """The schedules that a policy has had in a cluster, oldest first, and the slots taken from those that
    only Scheduler can evaluate. `version` counts the writes; 0 = never written.
    """

    cluster: str
    policy: str
    schedules: tuple[KnownSchedule, ...] = ()
    taken: tuple[datetime, ...] = ()
    version: int = 0

    def seen(self, schedule: Schedule, now: datetime) -> SlotRecord:
        """The record with the policy's present schedule at its end; unchanged if it is already there."""
        if self.schedules and self.schedules[-1].schedule == schedule:
            return self
        return replace(self, schedules=(*self.schedules, KnownSchedule(schedule, now))[-REMEMBERED:])

    def take(self, slot: datetime, now: datetime, due: Due) -> SlotRecord | str:
        """The record with the slot taken, or the reason why the slot gets no run.

        A slot of an earlier schedule counts if that schedule was replaced after it. After an outage only the
        newest missed slot gets a run: runs for all of them would snapshot the same data many times and push
        out as many good points.
        """
        reasons = []
        until = now
        for known in reversed(self.schedules):
            if until < now and slot > until:
                break
            found = self._take_of(known.schedule, slot, now, until, due)
            until = known.since
            if isinstance(found, SlotRecord):
                return found
            reasons.append(found)
        return reasons[0] if reasons else "the schedule of its policy is not known"

    def _take_of(
        self, schedule: Schedule, slot: datetime, now: datetime, replaced_at: datetime, due: Due
    ) -> SlotRecord | str:
        if not schedule.enabled:
            return "the policy is paused"
        if slot > now + EARLY:
            return f"it lies in the future: it is {moment(now)} now"
        window = schedule.catch_up + timedelta(minutes=schedule.flexible_minutes)
        if now > slot + window + LATE:
            return f"it is older than the catch-up window of {schedule.catch_up}"
        if has_preview(schedule.expression):
            if slot not in due(schedule, slot - timedelta.resolution, slot):
                return f"{schedule.expression} in {schedule.timezone} is not due then"
            return _superseded(schedule, slot, min(now, replaced_at), due) or self
        rate = rate_of(schedule.expression)
        if rate and now >= slot + rate + SUCCEEDED + timedelta(minutes=schedule.flexible_minutes):
            return f"{schedule.expression} has been due again since"
        return self._take_turn(schedule, slot, now - window - LATE)

    def _take_turn(self, schedule: Schedule, slot: datetime, oldest: datetime) -> SlotRecord | str:
        """Only Scheduler knows these slots, but they are never closer together than the schedule allows."""
        apart = least_apart(schedule)
        for other in self.taken:
            if other != slot and abs(slot - other) < apart:
                return (
                    f"{schedule.expression} is never due within {apart} of another slot, and the policy had "
                    f"a run at {compact(other)}"
                )
        if slot in self.taken:
            return self
        kept = [other for other in self.taken if other + apart > oldest]
        return replace(self, taken=tuple(sorted({*kept, slot})))


def _superseded(schedule: Schedule, slot: datetime, now: datetime, due: Due) -> str:
    """Why a slot within the catch-up window gets no run: there is a newer one; "" if it is the newest."""
    until = now - SUCCEEDED - timedelta(minutes=schedule.flexible_minutes)
    newer = next(iter(due(schedule, slot, until)), None) if until > slot else None
    return f"it was superseded by the slot {compact(newer)}" if newer else ""
