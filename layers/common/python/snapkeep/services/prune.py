"""Pruning: what each cluster's retention lets go, planned, braked, deleted and looked at again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from snapkeep.domain import tags
from snapkeep.domain.brake import Verdict, judge, token
from snapkeep.domain.deletions import Deletion, LastPrune
from snapkeep.domain.errors import SnapkeepError, Throttled
from snapkeep.domain.lineages import PolicyRetention
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Cluster, Deployment
from snapkeep.domain.retention_history import retention_of, seen
from snapkeep.ports import Announcer, Clock, Clusters, Journal, Snapshots
from snapkeep.services.delete_points import Deleted, DeletePoints
from snapkeep.services.prune_duplicates import Pruned, PruneDuplicates
from snapkeep.services.prune_objects import Objects, open_objects
from snapkeep.services.prune_survey import Planned, Survey, Surveyor

log = logging.getLogger(__name__)

DELETIONS_PER_RUN = 1000
"""Of a cluster; at the default pace they take 7 of prune's 10 minutes. The next prune goes on."""

SHOWN = 50
"""Entries of each list in the report; the log has the whole plan, in pieces of LOGGED."""

LOGGED = 200


@dataclass(slots=True)
class ClusterReport:
    """What prune did in one cluster; lists are cut, `counts` are not. `refused` says why nothing was done."""

    cluster: str
    dry_run: bool = False
    refused: str = ""
    verdict: Verdict | None = None
    confirm: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    keep: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    delete: list[tuple[str, str]] = field(default_factory=list)
    ended: list[Deleted] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    orphaned_policies: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    duplicates: list[Pruned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prune:
    """Prunes the clusters of the deployment, each on its own; `pause` waits (for the pace of EC2)."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    journal: Journal
    announcer: Announcer
    clock: Clock
    pause: Callable[[timedelta], None]

    def run(self, request: PruneRequest = PruneRequest()) -> list[ClusterReport]:  # noqa: B008 (frozen)
        """Prune one cluster or all. Trouble in one is in its report and never stops the others."""
        wanted = [item for item in self.deployment.clusters if request.cluster in ("", item.name)]
        if not wanted:
            return [ClusterReport(request.cluster, refused="snapkeep.yaml names no such cluster")]
        return [self._prune(cluster, request) for cluster in wanted]

    def _prune(self, cluster: Cluster, request: PruneRequest) -> ClusterReport:
        report = ClusterReport(cluster.name, request.dry_run)
        try:
            self._work(cluster.name, request, report)
        except SnapkeepError as error:
            report.refused = f"stopped, nothing more is deleted of this cluster: {error.reason}"
            log.warning("prune of %s: %s", cluster.name, report.refused)
        return report

    def _work(self, cluster: str, request: PruneRequest, report: ClusterReport) -> None:
        now = self.clock()
        survey = self._survey(cluster, now, report)
        opened = {deletion.snapshot_id for deletion in self.journal.open_deletions(cluster)}
        self._drop_protected(survey)
        verdict = judge(survey.loads(opened))
        confirm = token(cluster, (item.snapshot_id for item in survey.deletions))
        _describe(report, survey, verdict, confirm)
        if request.dry_run:
            return
        objects = open_objects(self.clusters, cluster)
        report.refused = self._refusal(request, verdict, confirm, objects, cluster)
        if report.refused:
            log.warning("prune of %s: %s", cluster, report.refused)
            return
        self._let_through(cluster, survey, now)
        ended = self._delete(cluster, survey, sorted(opened), objects)
        report.ended = ended[:SHOWN]
        report.counts |= Counter(item.fate.value for item in ended)
        report.duplicates = PruneDuplicates(self.deployment, self.snapshots).run(cluster)[:SHOWN]

    def _survey(self, cluster: str, now: datetime, report: ClusterReport) -> Survey:
        last = self.journal.last_prune(cluster)
        policies = self._policies(cluster, now, report)
        lag = self.deployment.consistency_wait
        listing = self.snapshots.find({tags.MANAGED: "true", tags.CLUSTER: cluster})
        return Surveyor(cluster, policies, last, lag, now).survey(listing)

    def _policies(self, cluster: str, now: datetime, report: ClusterReport) -> dict[str, PolicyRetention]:
        """What the policies of a cluster keep, with the grace of retentions that were replaced lately."""
        found: dict[str, PolicyRetention] = {}
        for policy in self.deployment.policies:
            if cluster not in policy.clusters:
                continue
            known = self.journal.retention_history(cluster, policy.name)
            history = seen(known, policy, now)
            if history != tuple(known) and not report.dry_run:
                self.journal.write_retention_history(cluster, policy.name, history)
            try:
                found[policy.name] = retention_of(history)
            except ValueError as error:
                report.notes.append(f"policy {policy.name} prunes nothing: its retention: {error}")
        return found

    def _drop_protected(self, survey: Survey) -> None:
        """What EC2 would not delete is no deletion: it is kept with the reason and the date."""
        protections = self.snapshots.protections([item.snapshot_id for item in survey.deletions])
        for planned in [item for item in survey.deletions if item.snapshot_id in protections]:
            reasons = tuple(protection.reason for protection in protections[planned.snapshot_id])
            survey.keep(planned, reasons)

    def _refusal(
        self, request: PruneRequest, verdict: Verdict, confirm: str, objects: Objects, cluster: str
    ) -> str:
        if objects.gone:
            return f"retention is frozen, nothing is deleted: {objects.gone}"
        if request.confirm and request.confirm != confirm:
            return (
                f"the plan is not the confirmed one ({request.confirm}): it is {confirm} now. "
                'Look at it with {"dry_run": true} and confirm that'
            )
        if request.confirm or not verdict.braked:
            return ""
        self.announcer.prune_braked(cluster, verdict, confirm)
        return f'braked, nothing is deleted: {verdict.reason}. To do it: {{"confirm": "{confirm}"}}'

    def _let_through(self, cluster: str, survey: Survey, now: datetime) -> None:
        """Journal all intents first: a plan that was let through needs no second permission to go on."""
        intents = [Deletion(item.snapshot_id, cluster, item.reason, now) for item in survey.deletions]
        self.journal.intend_deletions(intents)
        self.journal.write_last_prune(LastPrune(cluster, now, tuple(survey.pending)))

    def _delete(self, cluster: str, survey: Survey, opened: Sequence[str], objects: Objects) -> list[Deleted]:
        deleter = DeletePoints(self.snapshots, self.journal, self.clock)
        ended: list[Deleted] = []
        planned = {item.snapshot_id for item in survey.deletions}
        try:
            for snapshot_id in opened:
                if snapshot_id not in planned:
                    ended.append(self._end(deleter, snapshot_id, survey, objects))
            for number, item in enumerate(survey.deletions[:DELETIONS_PER_RUN]):
                if number >= self.deployment.pace.burst:
                    self.pause(timedelta(seconds=1 / self.deployment.pace.per_second))
                ended.append(deleter.delete(cluster, item.snapshot_id, item.shield, objects))
        except Throttled as error:
            log.warning("prune of %s: the next prune goes on: %s", cluster, error.reason)
        return ended

    def _end(self, deleter: DeletePoints, snapshot_id: str, survey: Survey, objects: Objects) -> Deleted:
        """An open deletion that this plan does not ask for: either it worked, or it is withdrawn."""
        if snapshot_id in survey.kept and not _in_bin(survey.kept[snapshot_id]):
            return deleter.withdraw(snapshot_id)
        return deleter.finish(snapshot_id, objects) or deleter.withdraw(snapshot_id)


def _in_bin(reasons: Sequence[str]) -> bool:
    return any("Recycle Bin" in reason for reason in reasons)


def _describe(report: ClusterReport, survey: Survey, verdict: Verdict, confirm: str) -> None:
    """Put the plan into the report, cut, and into the log, whole."""
    report.verdict, report.confirm = verdict, confirm
    report.counts = {
        "keep": len(survey.kept),
        "delete": len(survey.deletions),
        "pending": len(survey.pending),
        "unreadable": len(survey.unreadable),
    }
    report.keep = list(islice(survey.kept.items(), SHOWN))
    report.delete = [(item.snapshot_id, item.reason) for item in survey.deletions[:SHOWN]]
    report.unreadable = [(item.snapshot_id, item.reason) for item in survey.unreadable[:SHOWN]]
    report.orphaned_policies = sorted(survey.orphaned)[:SHOWN]
    _log_plan(report.cluster, survey.deletions, survey)


def _log_plan(cluster: str, deletions: Sequence[Planned], survey: Survey) -> None:
    for start in range(0, len(deletions), LOGGED):
        some = {item.snapshot_id: item.reason for item in deletions[start : start + LOGGED]}
        log.info("prune of %s: delete", cluster, extra={"delete": some})
    kept = iter(survey.kept.items())
    while some_kept := dict(islice(kept, LOGGED)):
        log.info("prune of %s: keep", cluster, extra={"keep": some_kept})
