"""Checks a slot before its run is planned, because anybody who may start plan_backup can name any time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.errors import Throttled
from snapkeep.domain.messages import BackupRequest
from snapkeep.domain.policies import Deployment, Policy, Schedule
from snapkeep.domain.times import compact
from snapkeep.ports.clock import Calendar, Clock
from snapkeep.ports.news import BackupNews
from snapkeep.ports.runs import Runs, Slots

log = logging.getLogger(__name__)

ATTEMPTS = 5
"""How often to try to write the record; each failure means that another start of the policy succeeded."""


@dataclass(frozen=True, slots=True)
class RefusedSlot:
    """A start that gets no run, and why."""

    cluster: str
    policy: str
    slot: datetime
    refused: str


@dataclass(frozen=True, slots=True)
class CheckSlot:
    """Allows runs for slots of their policy's schedule, and reports every other start of `function`."""

    deployment: Deployment
    runs: Runs
    slots: Slots
    calendar: Calendar
    announcer: BackupNews
    clock: Clock
    function: str = "plan_backup"

    def check(self, request: BackupRequest, invocation: str) -> RefusedSlot | None:
        """Why the slot gets no run, which is also published; None if it may be planned.

        A run that is already in the journal continues, whatever its slot. So do starts without a configured
        schedule: on-demand backups, which the planner checks against their request, and unknown policies,
        which it refuses. Raises Throttled when too many slots of the policy are checked at once.
        """
        policy = self.deployment.policy(request.policy)
        if policy is None or request.cluster not in policy.clusters:
            return None
        if self.runs.run(run_id(request.cluster, request.policy, request.slot)) is not None:
            return None
        reason = self._take(request, policy)
        if not reason:
            return None
        caller = request.caller or "somebody who sent a schedule's message"
        told = f"{reason}; asked for by {caller}, invocation {invocation} of {self.function}"
        slot = compact(request.slot)
        log.warning("no run of policy %s in %s is made for %s: %s", policy.name, request.cluster, slot, told)
        self.announcer.slot_refused(request.cluster, policy.name, request.slot, told)
        return RefusedSlot(request.cluster, policy.name, request.slot, told)

    def _take(self, request: BackupRequest, policy: Policy) -> str:
        """Record the slot as taken; returns why it cannot be taken, "" when it was."""
        for _ in range(ATTEMPTS):
            now = self.clock()
            known = self.slots.slot_record(request.cluster, policy.name)
            record = known.seen(policy.schedule, now)
            taken = record.take(request.slot, now, self._due)
            after = record if isinstance(taken, str) else taken
            if after == known or self.slots.write_slot_record(after):
                return taken if isinstance(taken, str) else ""
        raise Throttled(
            f"too many slots of policy {policy.name} in {request.cluster} are checked at once",
            timedelta(minutes=1),
        )

    def _due(self, schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
        return self.calendar.due(schedule, after, until, until)
