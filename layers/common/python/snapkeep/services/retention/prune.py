"""Prunes clusters: plans what retention expires, applies the brake, deletes and verifies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.errors import SnapkeepError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.deletions import PruneLease
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.prunes import Prunes
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.retention.carry_out import CarryOut
from snapkeep.services.retention.decide import DecidePrune, Decision, log_plan
from snapkeep.services.retention.deletion.delete import DeletePoints, DeletionOutcome
from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
from snapkeep.services.retention.duplicates import PruneDuplicates
from snapkeep.services.retention.news import PruneNews
from snapkeep.services.retention.read_cluster import ReadCluster
from snapkeep.services.retention.report import DELETIONS, WHOLE, ClusterReport, Progress, cluster_report
from snapkeep.services.retention.snapshot_objects import Objects, open_objects, why_gone

log = logging.getLogger(__name__)

TIME = timedelta(minutes=8)
"""After this time no deletion is begun, because the function lives for 10 minutes; the next prune continues.
Each cluster gets an equal share of the remaining time, so that a large plan in one starves no other."""

PATIENCE = timedelta(hours=2)
"""Work that failed in three hourly prunes in a row is reported."""

SETTLED = timedelta(hours=1)
"""EC2 certainly lists an existing snapshot that is older than this; its listings lag by minutes at most."""

LEASE = timedelta(minutes=12)
"""How long a prune may hold a cluster: its function, which lives for 10 minutes, is dead by then."""


@dataclass(frozen=True, slots=True)
class Prune:
    """Prunes the clusters of the deployment, each independently; `pause` waits (for EC2's pace).

    `deleter` gives what deletes the points of a cluster with these objects.
    """

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    prunes: Prunes
    reader: ReadCluster
    decider: DecidePrune
    carry_out: CarryOut
    deleter: Callable[[str, Objects], DeletePoints]
    news: PruneNews
    tell_refusals: TellRefusals
    give_up: GiveUp
    clock: Clock
    pause: Callable[[timedelta], None]

    def run(self, owner: str, request: PruneRequest = PruneRequest()) -> list[ClusterReport]:  # noqa: B008
        """Prune one cluster or all. Trouble in one is in its report and never stops the others.

        `owner` names the invocation, the same one when it is retried: two never prune a cluster at once.
        """
        wanted = [item for item in self.deployment.clusters if request.cluster in ("", item.name)]
        if not wanted:
            return [ClusterReport(request.cluster, refused="snapkeep.yaml names no such cluster")]
        end = self.clock() + TIME
        reports = []
        for number, cluster in enumerate(wanted):
            now = self.clock()
            until = now + (end - now) / (len(wanted) - number)
            reports.append(self._prune(cluster.name, owner, request, until))
        return reports

    def _prune(self, cluster: str, owner: str, request: PruneRequest, until: datetime) -> ClusterReport:
        progress = Progress(cluster, request.dry_run)
        means = "stopped, nothing more is deleted of this cluster: "
        with part_of_a_pass(f"prune of {cluster}", progress.given_up, "prune", means):
            if request.dry_run:
                self._work(request, until, progress)
            else:
                self._work_alone(owner, request, until, progress)
        progress.refused = progress.given_up.get("prune", progress.refused)
        if not request.dry_run and not progress.held_by_another:  # the other prune reports for itself
            progress.given_up = self.give_up.report(progress.given_up, cluster, progress.left_out)
        return cluster_report(progress)

    def _work_alone(self, owner: str, request: PruneRequest, until: datetime, progress: Progress) -> None:
        """Work under the cluster's lease, or report who has it; after a crash the lease expires."""
        cluster, now = progress.cluster, self.clock()
        held = self.prunes.lease_prune(PruneLease(cluster, owner, now + LEASE), now)
        if held.owner != owner:
            progress.refused = (
                f"another prune of this cluster ({held.owner}) is at work until {moment(held.until)} at the "
                "latest, nothing is deleted by this one. Ask again when that one is done"
            )
            log.info("prune of %s: %s", cluster, progress.refused)
            progress.held_by_another = held.until <= now + LEASE
            if not progress.held_by_another:  # taken when a clock was wrong: nobody works for so long
                progress.given_up[WHOLE] = progress.refused
            return
        try:
            self._work(request, until, progress)
        except Exception:
            self._release(cluster, owner)
            raise
        self._release(cluster, owner)

    def _release(self, cluster: str, owner: str) -> None:
        try:
            self.prunes.release_prune(cluster, owner)
        except SnapkeepError as error:
            log.warning("prune of %s: its lease ends by itself: %s", cluster, error.reason)

    def _work(self, request: PruneRequest, until: datetime, progress: Progress) -> None:
        """Read, decide, carry out; `progress` holds what is known whenever that stops."""
        cluster, now = progress.cluster, self.clock()
        gone = why_gone(self.clusters, cluster)
        if gone and not request.dry_run:
            self._freeze(progress, gone)
            return
        reading = self.reader.read(now, progress)
        decision = self.decider.decide(reading, request, now, progress)
        log_plan(cluster, decision.survey)
        progress.survey, progress.braked = decision.survey, decision.braked
        if request.dry_run:
            return
        objects = open_objects(self.clusters, cluster)
        if objects.gone:
            self._freeze(progress, objects.gone)
            return
        self._tell(decision, progress)
        if reading.catalogue:
            reading.catalogue.finish(SETTLED, is_old=bool(reading.found.strange))
        progress.refused = decision.braked.unknown
        if progress.refused:
            log.warning("prune of %s: %s", cluster, progress.refused)
            return
        deleter = self.deleter(cluster, objects)
        progress.ended = self.carry_out.carry_out(decision, deleter, until, progress)
        self._sum_up(decision.opened, progress)
        duplicates = PruneDuplicates(self.snapshots, objects, self.pause, self.clock)
        progress.duplicates = duplicates.run(cluster)

    def _freeze(self, progress: Progress, gone: str) -> None:
        """Delete nothing in a cluster that EKS does not have, and announce that once."""
        progress.refused = f"retention is frozen, nothing is deleted: {gone}"
        is_news = self.news.frozen(progress.cluster, gone)
        level = logging.WARNING if is_news else logging.INFO
        log.log(level, "prune of %s: %s", progress.cluster, progress.refused)

    def _tell(self, decision: Decision, progress: Progress) -> None:
        """Announce policies that the config no longer names (one with an invalid retention is still named),
        and the brake's refusals."""
        cluster, policies = progress.cluster, self.deployment.policies
        named = {policy.name for policy in policies if cluster in policy.clusters}
        orphaned = {name: count for name, count in decision.survey.orphaned.items() if name not in named}
        untold = self.news.orphaned(cluster, orphaned)
        if untold:
            progress.given_up["news"] = f"removed policies could not be announced: {untold}"
        self.tell_refusals.tell(decision.braked.refusals)

    def _sum_up(self, opened: Collection[str], progress: Progress) -> None:
        """Count deletions that AWS refused as given up, and report those that wait too long."""
        refused = [item for item in progress.ended if item.fate is DeletionOutcome.REFUSED]
        if refused:
            first = f"{refused[0].snapshot_id}: {refused[0].reason}"
            progress.given_up[DELETIONS] = f"{len(refused)} deletions were refused, the first of {first}"
        self.news.stuck(progress.cluster, opened, progress.ended)
