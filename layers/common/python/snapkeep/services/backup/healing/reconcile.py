"""Recovers from lost events, every 15 minutes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain.backup.runs import Run
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.retention.deletion.orphans import SWEPT_EVERY
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.prunes import Prunes
from snapkeep.ports.runs import Runs
from snapkeep.services.backup.healing.check_policy import CheckPolicy
from snapkeep.services.backup.healing.heal import HealPoints
from snapkeep.services.backup.healing.heal_run import HealRun
from snapkeep.services.backup.healing.missed_slots import MissedSlots
from snapkeep.services.backup.healing.named_duplicates import NamedDuplicates
from snapkeep.services.give_up import GiveUp, part_of_a_pass

PATIENCE = timedelta(minutes=40)
"""Work that failed in three passes in a row is reported."""

OPEN_RUNS = "open runs"
"""The part of a pass without which no run is checked."""


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
    """Checks every open run and every policy that has runs; trouble with one never stops the others."""

    deployment: Deployment
    runs: Runs
    prunes: Prunes
    heal_points: HealPoints
    heal_run: HealRun
    missed_slots: MissedSlots
    check_policy: CheckPolicy
    named_duplicates: NamedDuplicates
    give_up: GiveUp
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
        for policy in self.deployment.volume_policies:
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

    def _heal_run(self, run: Run, report: ReconcileReport) -> None:
        healed = self.heal_run.heal(run)
        if healed.points:
            report.healed[run.id] = dict(healed.points)
        if healed.closed:
            report.closed.append(run.id)
        if healed.replanned:
            report.replanned.append(run.id)

    def _check_policy(self, cluster: str, policy: Policy, report: ReconcileReport) -> None:
        """Start missed slots, then check what the policy owes."""
        caught_up = self.missed_slots.check(cluster, policy)
        report.started += caught_up.started
        report.missed += caught_up.missed
        self.check_policy.check(cluster, policy)

    def _check_sweep(self, cluster: str) -> None:
        """Raise PermanentError when two sweeps in a row are missing, counted from the first check.

        No alarm can do that, because CloudWatch evaluates 7 days at most and the sweep runs every 7 days.
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


def _part(subject: str, report: ReconcileReport) -> AbstractContextManager[None]:
    return part_of_a_pass(f"reconcile of {subject}", report.given_up, subject)
