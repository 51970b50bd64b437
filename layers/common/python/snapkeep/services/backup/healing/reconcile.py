"""Reconcile: every 15 minutes, recovers from lost events."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.points import GIVE_UP_AFTER
from snapkeep.domain.policies import INTERRUPTION, Deployment, Policy
from snapkeep.domain.retention.deletion.orphans import SWEPT_EVERY
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.messaging import Starter
from snapkeep.ports.news import BackupNews
from snapkeep.ports.points import Points
from snapkeep.ports.prunes import Prunes
from snapkeep.ports.runs import Runs, Slots
from snapkeep.services.backup.close_run import CloseRun
from snapkeep.services.backup.healing.find_late import FindLate
from snapkeep.services.backup.healing.heal import HealPoints
from snapkeep.services.backup.healing.missed_slots import MissedSlots
from snapkeep.services.backup.healing.named_duplicates import NamedDuplicates
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.tell_troubles import TellTroubles

PLANNING_TIMEOUT = timedelta(minutes=6)
"""A run that is still being planned after this lost its planner."""

PATIENCE = timedelta(minutes=40)
"""Work that failed in three passes in a row is reported."""

OPEN_RUNS = "open runs"
"""The part of a pass without which no single run is looked at."""

FRESHNESS_WINDOW = timedelta(days=35)
"""How far back to search for the newest good run; an older one is as bad as none."""


@dataclass(slots=True)
class ReconcileReport:
    """What was found and healed, by run id or policy; `given_up` says which parts failed, and why.

    `named` are duplicates that became their points' snapshots because a VolumeSnapshot names them.
    """

    replanned: list[str] = field(default_factory=list)
    healed: dict[str, dict[str, int]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        """The parts given up, as lines."""
        return [f"{subject}: {reason}" for subject, reason in self.given_up.items()]


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Checks every open run and every policy; trouble with one never stops the others."""

    deployment: Deployment
    runs: Runs
    points: Points
    slots: Slots
    prunes: Prunes
    heal_points: HealPoints
    named_duplicates: NamedDuplicates
    missed_slots: MissedSlots
    find_late: FindLate
    close_run: CloseRun
    tell_troubles: TellTroubles
    give_up: GiveUp
    starter: Starter
    announcer: BackupNews
    clock: Clock

    def run(self) -> ReconcileReport:
        """Heal everything that is open; returns what was done."""
        report = ReconcileReport()
        runs: list[Run] = []
        with _part(OPEN_RUNS, report):
            runs.extend(self.runs.open_runs())
        for run in runs:
            with _part(run.id, report):
                self._heal_run(run, report)
        for policy in self.deployment.policies:
            for cluster in policy.clusters:
                with _part(f"{cluster}.{policy.name}", report):
                    self._check_policy(cluster, policy, report)
        with _part("pace", report):
            self.heal_points.correct_pace()
        for known in self.deployment.clusters:
            with _part(f"duplicates of {known.name}", report):
                report.named.extend(self.named_duplicates.settle(known.name))
            with _part(f"sweep of {known.name}", report):
                self._check_sweep(known.name)
        unseen = None if OPEN_RUNS in report.given_up else ()
        report.given_up = self.give_up.report(report.given_up, unseen=unseen)
        return report

    def _check_sweep(self, cluster: str) -> None:
        """Raise PermanentError when two sweeps in a row are missing, counted from the first check.

        No alarm can do that: CloudWatch evaluates 7 days at most, and the sweep runs every 7 days.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
        """
        now, last = self.clock(), self.prunes.last_sweep(cluster)
        if last is None or last > now:
            self.prunes.write_last_sweep(cluster, now)
        elif now - last > 2 * SWEPT_EVERY:
            raise PermanentError(
                f"orphans of cluster {cluster} were not swept since {moment(last)}: the schedule "
                "sweep-orphans is gone or disabled, or the sweep fails: deploy again, see the log of prune"
            )

    def _heal_run(self, run: Run, report: ReconcileReport) -> None:
        if run.state.is_final:
            self.close_run.announce(run.id)
            if run.late:
                self._follow_late(run, report)
            return
        if run.state is RunState.PLANNING:
            self._plan_again(run, report)
            return
        healed = self.heal_points.heal(run)
        if healed:
            report.healed[run.id] = healed
        self._close(run, report)

    def _follow_late(self, run: Run, report: ReconcileReport) -> None:
        """Heal the late points of a closed run, and announce those that ended."""
        healed = self.heal_points.heal(run)
        if healed:
            report.healed[run.id] = healed
        left = sum(not point.state.is_final for point in self.points.points_of(run.id))
        now = self.runs.run(run.id)
        if now is not None and left != run.late:
            self.announcer.late_points_ended(replace(now, late=left), run.late - left)
            self.runs.write_late(run.id, left)

    def _close(self, run: Run, report: ReconcileReport) -> None:
        """Close the run if its last point is settled; healing that point may have closed it already."""
        self.close_run.if_settled(run.id)
        self.close_run.at_limit(run.id)
        now = self.runs.run(run.id)
        if now is not None and now.state.is_final:
            report.closed.append(run.id)

    def _plan_again(self, run: Run, report: ReconcileReport) -> None:
        """Start a planner for a run that lost its own; a run that cannot be planned fails with the reason.

        So does a run that was only journaled to report its slot as missed: it has a reason without any
        planner. Ended claims may not have been reported for it, so the next run also compares with the one
        before.
        """
        age = self.clock() - run.accepted_at
        forsaken = run.policy == INTERRUPTION and age > PLANNING_TIMEOUT  # save_node alone plans those
        if age > GIVE_UP_AFTER or forsaken or run.degraded:
            hours = GIVE_UP_AFTER // timedelta(hours=1)
            reason = f"the run could not be planned within {hours} hours; the log of plan_backup says why"
            if run.policy == INTERRUPTION:
                reason = "save_node did not finish it; its log says why"
            total = sum(1 for _ in self.points.points_of(run.id))
            degraded = run.degraded or reason
            started = replace(
                run,
                state=RunState.RUNNING,
                total=total,
                degraded=degraded,
                ends_untold=run.request is None,
            )
            self.runs.start_run(started)
            self._close(run, report)
        elif age > PLANNING_TIMEOUT:
            self.starter.start_run(run.cluster, run.policy, run.slot)
            report.replanned.append(run.id)

    def _check_policy(self, cluster: str, policy: Policy, report: ReconcileReport) -> None:
        """Start missed slots, report late claims, and count the age of the newest good run (or since the
        policy was first seen)."""
        caught_up = self.missed_slots.check(cluster, policy)
        report.started.extend(caught_up.started)
        report.missed.extend(caught_up.missed)
        now = self.clock()
        since = now - FRESHNESS_WINDOW
        runs = list(self.runs.runs_of(cluster, policy.name, since))
        seen = self.slots.first_seen(cluster, policy.name, now)
        newest = max((run.slot for run in runs if run.ready), default=seen)
        late = self.find_late.find(policy, runs, seen, since)
        self.announcer.freshness(cluster, policy.name, max(now - newest, timedelta()), list(late))
        self.tell_troubles.tell(Topic(TroubleKind.BACKUP_LATE, cluster, policy.name), late)


def _part(subject: str, report: ReconcileReport) -> AbstractContextManager[None]:
    return part_of_a_pass(f"reconcile of {subject}", report.given_up, subject)
