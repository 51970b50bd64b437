"""What is remembered of a policy's slots, so that a run is made for those of its schedule and no others.

A run of any other time would be one more recovery point, and new points push old ones out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.policies import Schedule
from snapkeep.domain.retention_points import moment
from snapkeep.domain.runs import slot_text
from snapkeep.domain.schedule import has_preview
from snapkeep.domain.spacing import least_apart

EARLY = timedelta(minutes=1)
"""How far our clock may be behind Scheduler's, which never starts a slot early."""

LATE = timedelta(minutes=5)
"""What Lambda may take to hand over a start that was sent within the catch-up window."""

REMEMBERED = 20
"""How many schedules are remembered at most: nobody changes one more often within a catch-up window."""

IsSlot = Callable[[Schedule, datetime], bool]
"""Whether a schedule that has a preview is due at a time (aware UTC), DST-gap slots included."""


@dataclass(frozen=True, slots=True)
class KnownSchedule:
    """A schedule that a policy had, seen first at `since` (aware UTC)."""

    schedule: Schedule
    since: datetime


@dataclass(frozen=True, slots=True)
class SlotRecord:
    """The schedules that a policy had in a cluster, oldest first, and the slots that were taken of those
    that only Scheduler can evaluate. `version` counts how often it was written; 0 = never.
    """

    cluster: str
    policy: str
    schedules: tuple[KnownSchedule, ...] = ()
    taken: tuple[datetime, ...] = ()
    version: int = 0

    def seen(self, schedule: Schedule, now: datetime) -> SlotRecord:
        """The record with the policy's present schedule at its end; the same one when nothing changed."""
        if self.schedules and self.schedules[-1].schedule == schedule:
            return self
        return replace(self, schedules=(*self.schedules, KnownSchedule(schedule, now))[-REMEMBERED:])

    def take(self, slot: datetime, now: datetime, is_slot: IsSlot) -> SlotRecord | str:
        """The record once the slot is taken, or why no run is made for it.

        A slot of a schedule that was replaced after it counts as one of the present schedule does.
        """
        reasons = []
        until = None
        for known in reversed(self.schedules):
            if until is not None and slot > until:
                break
            until = known.since
            found = self._take_of(known.schedule, slot, now, is_slot)
            if isinstance(found, SlotRecord):
                return found
            reasons.append(found)
        return reasons[0] if reasons else "the schedule of its policy is not known"

    def _take_of(
        self, schedule: Schedule, slot: datetime, now: datetime, is_slot: IsSlot
    ) -> SlotRecord | str:
        if not schedule.enabled:
            return "the policy is paused"
        if slot > now + EARLY:
            return f"it lies ahead: it is {moment(now)} now"
        window = schedule.catch_up + timedelta(minutes=schedule.flexible_minutes)
        if now > slot + window + LATE:
            return f"it is older than the catch-up window of {schedule.catch_up}"
        if has_preview(schedule.expression):
            if is_slot(schedule, slot):
                return self
            return f"{schedule.expression} in {schedule.timezone} is not due then"
        return self._take_turn(schedule, slot, now - window - LATE)

    def _take_turn(self, schedule: Schedule, slot: datetime, oldest: datetime) -> SlotRecord | str:
        """Only Scheduler knows these slots, but they are never closer together than the schedule says."""
        apart = least_apart(schedule)
        for other in self.taken:
            if other != slot and abs(slot - other) < apart:
                return (
                    f"{schedule.expression} is never due within {apart} of another slot, and the policy had "
                    f"a run at {slot_text(other)}"
                )
        if slot in self.taken:
            return self
        kept = [other for other in self.taken if other + apart > oldest]
        return replace(self, taken=tuple(sorted({*kept, slot})))
