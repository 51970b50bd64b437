"""Checks one policy in one cluster: how old its newest good run is, and which claims are late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.policies import Policy
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import BackupNews
from snapkeep.ports.runs import Runs, Slots
from snapkeep.services.backup.healing.find_late import FindLate
from snapkeep.services.tell_troubles import TellTroubles

FRESHNESS_WINDOW = timedelta(days=35)
"""How far back to search for the newest good run; an older one counts as none."""


@dataclass(frozen=True, slots=True)
class CheckPolicy:
    """Compares what a policy promises with what the journal has."""

    runs: Runs
    slots: Slots
    find_late: FindLate
    tell_troubles: TellTroubles
    announcer: BackupNews
    clock: Clock

    def check(self, cluster: str, policy: Policy) -> None:
        """Report late claims, and measure the age of the newest good run (or the time since the policy was
        first seen).

        Raises SnapkeepError when something does not answer.
        """
        now = self.clock()
        since = now - FRESHNESS_WINDOW
        runs = list(self.runs.runs_of(cluster, policy.name, since))
        seen = self.slots.first_seen(cluster, policy.name, now)
        newest = max((run.slot for run in runs if run.ready), default=seen)
        late = self.find_late.find(policy, runs, seen, since)
        self.announcer.freshness(cluster, policy.name, max(now - newest, timedelta()), list(late))
        self.tell_troubles.tell(Topic(TroubleKind.BACKUP_LATE, cluster, policy.name), late)
