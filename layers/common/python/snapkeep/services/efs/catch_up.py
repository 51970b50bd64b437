"""Begins the backups of slots that nobody started, while their policy allows it; otherwise reports them.

Scheduler may give up, and the function may have been throttled or have failed. A slot ran if the journal has
a backup of it: one that found no claims on EFS is looked at again, which costs a listing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import run_id
from snapkeep.domain.efs.backups import EfsBackup, failed
from snapkeep.domain.efs.standing import last_failures
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Policy
from snapkeep.ports.clock import Calendar, Clock
from snapkeep.ports.efs import EfsBackups
from snapkeep.ports.news import BackupNews
from snapkeep.ports.runs import Slots
from snapkeep.services.backup.healing.missed_slots import CaughtUp, missing_slots, why_missed
from snapkeep.services.efs.back_up import BackUpFileSystems, EfsReport

BEHIND = (timedelta(days=2), timedelta(days=35))
"""How far back to search for the newest good backup, further if there is none; an older one counts as none.
"""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Compares the slots of policies for file systems with the journal's backups."""

    back_up: BackUpFileSystems
    backups: EfsBackups
    slots: Slots
    calendar: Calendar
    announcer: BackupNews
    clock: Clock

    def check(self, policy: Policy) -> CaughtUp:
        """Start or report the slots of a policy that did not run; paused policies miss nothing.

        Raises SnapkeepError when something does not answer.
        """
        caught_up, now = CaughtUp(), self.clock()
        first = [self.slots.first_seen(cluster, policy.name, now) for cluster in policy.clusters]
        self._measure(policy, min(first), now)
        if not policy.schedule.enabled:
            return caught_up

        def ran(since: datetime) -> Iterator[datetime]:
            return (backup.slot for backup in self.backups.backups_of(policy.name, since))

        missing, newest = missing_slots(self.calendar, policy.schedule, min(first), now, ran)
        for slot in missing:
            reason = why_missed(policy.schedule, slot, newest, now)
            if reason:
                caught_up.missed += self._give_up(policy, slot, reason)
            else:
                caught_up.started += self.back_up.run(policy.name, slot).begun
        return caught_up

    def _give_up(self, policy: Policy, slot: datetime, reason: str) -> Iterator[str]:
        """Report the slot in each cluster whose claims it would have taken, then journal its backups as
        failed, so that it is reported once."""
        planned = self.back_up.plan(policy, slot, EfsReport())
        for cluster in sorted({name for backup in planned for name in backup.clusters}):
            self.announcer.slot_missed(cluster, policy.name, slot, reason)
            yield run_id(cluster, policy.name, slot)
        for backup in planned:
            self.backups.open_backup(failed(backup, reason, self.clock()))

    def _measure(self, policy: Policy, seen: datetime, now: datetime) -> None:
        """Measure in each cluster how old the newest good backup is (or the policy, without one), and how
        many claims wait for one after a failure."""
        for cluster in policy.clusters:
            good: list[EfsBackup] = []
            for window in BEHIND:
                backups = list(self.backups.backups_of(policy.name, now - window))
                here = [each for each in backups if cluster in each.clusters]
                good = [each for each in here if each.state is PointState.READY]
                if good:
                    break
            wanting = last_failures(here).values()
            late = sorted(str(claim) for each in wanting for claim in each.claims if claim.cluster == cluster)
            age = now - max((each.slot for each in good), default=seen)
            self.announcer.freshness(cluster, policy.name, max(age, timedelta()), late)
