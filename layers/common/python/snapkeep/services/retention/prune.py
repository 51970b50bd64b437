"""Pruning: what each cluster's retention lets go, planned, braked, deleted and looked at again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from snapkeep.domain import tags
from snapkeep.domain.errors import SnapkeepError, Throttled, UnreadableRecord
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.candidates import moment
from snapkeep.domain.retention.deletion.deletions import Deletion, LastPrune, PruneLease
from snapkeep.domain.retention.history import retention_of, seen
from snapkeep.domain.retention.lineages import PolicyRetention
from snapkeep.domain.retention.plan import GRACE
from snapkeep.domain.retention.spacing import shortest_distance
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports import Announcer, Clock, Clusters, Journal, Snapshots
from snapkeep.services.find_volumes import FindVolumes
from snapkeep.services.give_up import GiveUp, why_given_up
from snapkeep.services.retention.brought_back import BroughtBack
from snapkeep.services.retention.deletion.apply_brake import ApplyBrake
from snapkeep.services.retention.deletion.delete import Deleted, DeletePoints, Fate, Wanted
from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
from snapkeep.services.retention.duplicates import PruneDuplicates
from snapkeep.services.retention.gone_claims import FindGoneClaims
from snapkeep.services.retention.news import PruneNews
from snapkeep.services.retention.report import SHOWN, ClusterReport, describe
from snapkeep.services.retention.snapshot_objects import open_objects, why_gone
from snapkeep.services.retention.survey import Found, Survey, Surveyor
from snapkeep.services.retention.sync_catalogue import SyncCatalogue
from snapkeep.services.tell_troubles import TellTroubles

log = logging.getLogger(__name__)

DELETIONS_PER_RUN = 1000
"""Of a cluster; at the default pace they take 7 minutes. The next prune goes on."""

TIME = timedelta(minutes=8)
"""Deletions begun after this are left to the next prune: the function lives for 10 minutes. Each
cluster has an equal share of what is left, so that a great plan in one starves no other."""

PATIENCE = timedelta(hours=2)
"""What three hourly prunes in a row could not do is told."""

STUCK_AFTER = timedelta(days=1)
"""A deletion that waits for longer is held by somebody: a finalizer, or a controller that does not work."""

SETTLED = timedelta(hours=1)
"""EC2 lists a snapshot that is older than this, if it is there: minutes are its longest lag."""

BEGUN = "its deletion was begun in a record of the journal that this version cannot read: kept"

LEASE = timedelta(minutes=12)
"""How long a prune may hold a cluster: its function, which lives for 10 minutes, is dead by then."""


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
        report = ClusterReport(cluster, request.dry_run)
        try:
            if request.dry_run:
                self._work(cluster, request, report, until)
            else:
                self._work_alone(cluster, owner, request, report, until)
        except Exception as error:
            why = why_given_up(f"prune of {cluster}", error)
            report.refused = f"stopped, nothing more is deleted of this cluster: {why}"
            report.given_up["prune"] = report.refused
        if not request.dry_run:
            self._tell(report)
        return report

    def _tell(self, report: ClusterReport) -> None:
        """Count what was given up, and tell what lasts; another prune that is at work tells for itself."""
        if report.held_by_another:
            return
        give_up = GiveUp(self.journal, self.announcer, self.clock, "prune", PATIENCE)
        report.given_up = give_up.report(report.given_up, report.cluster)

    def _work_alone(
        self, cluster: str, owner: str, request: PruneRequest, report: ClusterReport, until: datetime
    ) -> None:
        """Work under the cluster's lease, or say who has it; a function that dies lets it run out."""
        now = self.clock()
        held = self.journal.lease_prune(PruneLease(cluster, owner, now + LEASE), now)
        if held.owner != owner:
            report.refused = (
                f"another prune of this cluster ({held.owner}) is at work until {moment(held.until)} at the "
                "latest, nothing is deleted by this one. Ask again when that one is done"
            )
            log.info("prune of %s: %s", cluster, report.refused)
            report.held_by_another = held.until <= now + LEASE
            if not report.held_by_another:  # taken when a clock was wrong: nobody works for so long
                report.given_up["prune"] = report.refused
            return
        try:
            self._work(cluster, request, report, until)
        except Exception:
            self._release(cluster, owner)
            raise
        self._release(cluster, owner)

    def _release(self, cluster: str, owner: str) -> None:
        try:
            self.journal.release_prune(cluster, owner)
        except SnapkeepError as error:
            log.warning("prune of %s: its lease ends by itself: %s", cluster, error.reason)

    def _work(self, cluster: str, request: PruneRequest, report: ClusterReport, until: datetime) -> None:
        now = self.clock()
        gone = why_gone(self.clusters, cluster)
        if gone and not request.dry_run:
            self._freeze(report, gone)
            return
        catalogue = SyncCatalogue(self.journal, cluster, now)
        compared = not request.dry_run and catalogue.is_due()
        last, lag = self.journal.last_prune(cluster), self.deployment.consistency_wait
        surveyor = Surveyor(cluster, last, lag, now, self.journal.known_runs)
        volumes = partial(FindVolumes(self.snapshots, self.journal).settled, cluster)
        found = surveyor.read(self._listing(cluster, catalogue if compared else None), volumes)
        report.notes += _strange(found)
        policies = self._policies(cluster, now, report, found)
        survey = surveyor.plan(found, policies, self._gone(found.newest(), policies, now, report))
        report.notes += _spared(survey)
        opened = {deletion.snapshot_id for deletion in self.journal.open_deletions(cluster)}
        self._drop_protected(survey)
        report.notes += self._drop_brought_back(survey, now, request.dry_run)
        brake = ApplyBrake(self.journal, self.snapshots, cluster, now)
        braked = brake.apply(survey, opened, request.confirm, policies, rehearse=request.dry_run)
        describe(report, survey, braked.verdict, braked.refusals)
        if request.dry_run:
            return
        objects = open_objects(self.clusters, cluster)
        if objects.gone:
            self._freeze(report, objects.gone)
            return
        self._announce(report, survey)
        TellRefusals(self.journal, self.announcer, now).tell(braked.refusals)
        if compared:
            catalogue.finish(SETTLED)
        report.refused = braked.unknown(request.confirm)
        if report.refused:
            log.warning("prune of %s: %s", cluster, report.refused)
            return
        report.notes += self._let_through(cluster, survey, now, opened)
        brake.close(braked.confirmed)
        deleter = DeletePoints(
            self.deployment.name,
            cluster,
            self.snapshots,
            self.journal,
            self.clock,
            self.pause,
            self.deployment.pace,
            objects,
        )
        ended = self._delete(survey, sorted(opened), deleter, until, report)
        report.ended = ended[:SHOWN]
        self._sum_up(ended, opened, report)
        report.counts |= Counter(item.fate.value for item in ended)
        report.duplicates = PruneDuplicates(self.snapshots, objects, self.pause, self.clock).run(cluster)[
            :SHOWN
        ]

    def _sum_up(self, ended: Sequence[Deleted], opened: Collection[str], report: ClusterReport) -> None:
        """What AWS refused for good is given up; what waits and waits is told, each by its snapshot.

        Open deletions that this prune had no time for wait as they did before.
        """
        refused = [item for item in ended if item.fate is Fate.REFUSED]
        if refused:
            first = f"{refused[0].snapshot_id}: {refused[0].reason}"
            report.given_up["deletions"] = f"{len(refused)} deletions were refused, the first of {first}"
        waiting = {item.snapshot_id: item.reason for item in ended if item.fate is Fate.WAITING}
        topic = Topic(TroubleKind.DELETION_STUCK, report.cluster, "prune")
        left = set(opened).difference(item.snapshot_id for item in ended)
        known = self.journal.troubles(topic)
        waiting |= {name: item.reason for name, item in known.items() if name in left}
        TellTroubles(self.journal, self.announcer, self.clock).tell(topic, waiting, STUCK_AFTER)

    def _listing(self, cluster: str, catalogue: SyncCatalogue | None) -> Iterable[Snapshot]:
        listing = self.snapshots.find({tags.MANAGED: "true", tags.CLUSTER: cluster})
        return catalogue.watch(listing) if catalogue else listing

    def _gone(
        self,
        newest: Mapping[str, datetime],
        policies: Mapping[str, PolicyRetention],
        now: datetime,
        report: ClusterReport,
    ) -> Mapping[str, datetime]:
        """Which claims are gone, if any policy wants to know; whoever cannot be asked has none."""
        if not any(item.rules.after_claim_deleted or item.rules.max_age for item in policies.values()):
            return {}
        finder = FindGoneClaims(self.clusters, self.journal)
        found = finder.find(report.cluster, newest, now, rehearse=report.dry_run)
        if found.unknown:
            report.notes.append(
                f"after_claim_deleted and max_age wait: which claims are gone is not known: {found.unknown}"
            )
        return found.since

    def _policies(
        self, cluster: str, now: datetime, report: ClusterReport, points: Found
    ) -> dict[str, PolicyRetention]:
        """What the policies of a cluster keep, with the grace of retentions that were replaced lately."""
        found: dict[str, PolicyRetention] = {}
        repeated = points.repeated()
        for policy in self.deployment.policies:
            if cluster not in policy.clusters:
                continue
            try:
                known = self.journal.retention_history(cluster, policy.name)
                has_points, has_gap = policy.name in repeated, bool(points.strange)
                history = seen(known, policy, now, has_points=has_points, has_gap=has_gap)
                found[policy.name] = replace(
                    retention_of(history), spacing=shortest_distance(policy.schedule)
                )
            except ValueError as error:
                report.notes.append(f"policy {policy.name} prunes nothing: its retention: {error}")
                continue
            except UnreadableRecord as error:
                report.given_up[f"policy {policy.name}"] = error.reason
                report.notes.append(f"policy {policy.name} prunes nothing: {error.reason}")
                continue
            if history != tuple(known) and not report.dry_run:
                self.journal.write_retention_history(cluster, policy.name, history)
        return found

    def _drop_protected(self, survey: Survey) -> None:
        """What EC2 would not delete is no deletion: it is kept with the reason and the date."""
        protections = self.snapshots.protections([item.snapshot_id for item in survey.deletions])
        survey.keep({name: tuple(item.reason for item in found) for name, found in protections.items()})

    def _drop_brought_back(self, survey: Survey, now: datetime, rehearse: bool) -> list[str]:
        """What somebody brought back is kept for a while; the notes tell which snapshots that are."""
        journal = BroughtBack(self.journal, now)
        kept = journal.protect([item.snapshot_id for item in survey.deletions], rehearse)
        if not rehearse:
            journal.remember(survey.away)
        survey.keep({name: (protection.reason,) for name, protection in kept.items()})
        return [f"{name}: {protection.reason}" for name, protection in sorted(kept.items())[:SHOWN]]

    def _freeze(self, report: ClusterReport, gone: str) -> None:
        """Of a cluster that EKS does not know nothing goes; that is told once."""
        report.refused = f"retention is frozen, nothing is deleted: {gone}"
        is_news = PruneNews(self.journal, self.announcer).frozen(report.cluster, gone)
        log.log(
            logging.WARNING if is_news else logging.INFO, "prune of %s: %s", report.cluster, report.refused
        )

    def _announce(self, report: ClusterReport, survey: Survey) -> None:
        """Make policies known that the config does not name; one whose retention is invalid is named."""
        named = {policy.name for policy in self.deployment.policies if report.cluster in policy.clusters}
        orphaned = {name: points for name, points in survey.orphaned.items() if name not in named}
        untold = PruneNews(self.journal, self.announcer).orphaned(report.cluster, orphaned)
        if untold:
            report.given_up["news"] = f"nobody was told of removed policies: {untold}"

    def _let_through(self, cluster: str, survey: Survey, now: datetime, opened: Collection[str]) -> list[str]:
        """Journal all intents first: what was let through needs no second permission to go on.

        What cannot be journaled, because a newer version began to delete it, stays; the notes tell of it.
        """
        new = [item for item in survey.deletions if item.snapshot_id not in opened]
        begun = self.journal.intend_deletions(
            [Deletion(item.snapshot_id, cluster, item.reason, now) for item in new]
        )
        survey.keep(dict.fromkeys(begun, (BEGUN,)))
        self.journal.write_last_prune(LastPrune(cluster, now, tuple(survey.pending)))
        return [f"{name}: {BEGUN}" for name in begun[:SHOWN]]

    def _delete(
        self,
        survey: Survey,
        opened: Sequence[str],
        deleter: DeletePoints,
        until: datetime,
        report: ClusterReport,
    ) -> list[Deleted]:
        """Go on with open deletions, then begin those of the plan."""
        planned = {item.snapshot_id for item in survey.deletions}
        left_open = [name for name in opened if name not in planned]
        withdrawn = [name for name in left_open if _is_kept(name, survey) or not deleter.is_gone(name)]
        ended = [deleter.withdraw(name) for name in withdrawn]
        wanted = [Wanted(name) for name in left_open if name not in set(withdrawn)]
        wanted += [Wanted(item.snapshot_id, item.shield) for item in survey.deletions[:DELETIONS_PER_RUN]]
        try:
            for item in deleter.run(wanted, until):
                ended.append(item)  # those before a throttle happened, too
        except Throttled as error:
            log.warning("prune of %s: the next prune goes on: %s", deleter.cluster, error.reason)
            report.given_up["pace"] = f"EC2 or the cluster wants a pause: {error.reason}"
        return ended


def _spared(survey: Survey) -> list[str]:
    """What people should know of policies whose backups fail."""
    return [
        f"policy {policy}: {points} points are older than max_age and stay, because no newer backup of their "
        "claims is ready: it failed, is late, or the policy does not take them any more"
        for policy, points in sorted(survey.spared_by_age.items())
    ]


def _strange(found: Found) -> list[str]:
    """What people should know of a journal that was restored from an old copy."""
    if not found.strange:
        return []
    return [
        f"{len(found.strange)} points since the last prune are of runs that the journal does not know, the "
        f"first {min(found.strange)}: it was restored from an old copy. They account for no deletion, and "
        f"what retention lets go is spared for {GRACE.total_seconds() / 3600:.0f} hours"
    ]


def _is_kept(snapshot_id: str, survey: Survey) -> bool:
    """True when the plan keeps it for another reason than being deleted already."""
    reasons = survey.kept.get(snapshot_id, ())
    return bool(reasons) and not any("Recycle Bin" in reason for reason in reasons)
