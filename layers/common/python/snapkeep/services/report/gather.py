"""Gathers the facts about a cluster: for its whole report, its status, or one of its claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from snapkeep.domain import tags
from snapkeep.domain.backup.claim_volumes import disputed
from snapkeep.domain.errors import NotFound
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.suspicions import protections
from snapkeep.domain.report.claims import DAYS, ClaimState, ReportedClaim, days_of
from snapkeep.domain.report.coverage import CoverageReport
from snapkeep.domain.report.facts import Report, Sources, report
from snapkeep.domain.report.points import Outlook, ReportedPoint, RetentionFacts, reported_points
from snapkeep.domain.restore.operations import RestoreOperation
from snapkeep.domain.restore.points import PointFacts, point_of
from snapkeep.domain.retention.candidates import Protection
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.incidents import Incidents
from snapkeep.ports.prunes import Retentions
from snapkeep.ports.restores import Restores
from snapkeep.services.archive.show_tier import ShowTier
from snapkeep.services.find_volumes import FindVolumes
from snapkeep.services.report.checked import ShowChecked
from snapkeep.services.report.coverage import ShowCoverage
from snapkeep.services.report.lost_points import FindLostPoints
from snapkeep.services.report.on_efs import ShowOnEfs
from snapkeep.services.report.policy_facts import PolicyFacts, ReadPolicies
from snapkeep.services.restore.suggest import SuggestRestore

INCIDENTS_FOR = timedelta(days=30)
HISTORY = timedelta(days=DAYS)
"""How far back the runs of policies are shown."""
RESTORES, RESTORES_OF_NAMESPACE = 20, 5
"""How many of the latest restores to show, and how many to read per namespace."""


@dataclass(frozen=True, slots=True)
class GatherReport:
    """Reads everything and changes nothing.

    All methods raise UnknownCluster, and the errors of EC2, the cluster and the journal, because a partial
    listing would report protected claims as unprotected.
    """

    deployment: Deployment
    coverage: ShowCoverage
    checked: ShowChecked
    tiers: ShowTier
    snapshots: Snapshots
    incidents: Incidents
    restores: Restores
    retentions: Retentions
    read_policies: ReadPolicies
    find_volumes: FindVolumes
    lost: FindLostPoints
    commands: SuggestRestore
    on_efs: ShowOnEfs

    def report(self, cluster: str) -> Report:
        """The whole report; it costs two DescribeSnapshots calls per thousand points."""
        covered = self.coverage.report(cluster)
        facts = self._facts(cluster, covered.at)
        listing = self._listing(cluster)
        points = self._points(cluster, facts, covered.at, listing)
        found = self._told(covered, facts, [*points, *self.on_efs.points(cluster, covered.at)])
        since = covered.at - HISTORY
        policies = tuple(
            replace(item, runs=tuple(self.read_policies.history(cluster, item.name, since)))
            for item in found.policies
        )
        past = self.read_policies.past([run for item in policies for run in item.runs], since)
        claims = tuple(
            replace(claim, days=days_of(claim, past, found.timezone, covered.at))
            for claim in self._with_commands(found, listing)
        )
        return replace(found, policies=policies, claims=claims)

    def status(self, cluster: str) -> Report:
        """The report without points, for half the calls: it omits deleted claims and storage.

        When the cluster does not answer, it shows what recovery points remember, with a note.
        """
        covered = self.coverage.now_or_remembered(cluster)
        return self._told(covered, self._facts(cluster, covered.at), ())

    def claim(self, cluster: str, namespace: str, name: str) -> ReportedClaim:
        """One claim with its points, even a deleted one. Raises NotFound when there are neither claim nor
        points. When the cluster does not answer, it shows what the points remember, with a note."""
        covered = self.coverage.now_or_remembered(cluster, namespace)
        facts = self._facts(cluster, covered.at)
        listing = self._listing(cluster, namespace, name)
        points = [
            *self._points(cluster, facts, covered.at, listing),
            *self.on_efs.points(cluster, covered.at, namespace, name),
        ]
        only = tuple(item for item in covered.claims if item.claim == name)
        found = self._told(replace(covered, claims=only), facts, points).claims
        if not found:
            raise NotFound(
                f"namespace {namespace} of cluster {cluster} has no claim {name} and no recovery points of "
                "it: `snapkeep coverage` lists the claims, `snapkeep get points` the points of deleted ones"
            )
        (claim,) = found
        region = self.deployment.known_cluster(cluster).region
        last = next(_ready(listing, {claim.to_restore}, region), None)
        taken = [item.claim for item in covered.claims]
        lost = self.lost.of_claim(cluster, namespace, name, {item.id for item in listing})
        lost = "" if lost and lost in claim.reason else lost
        claim = replace(claim, note="; ".join(said for said in (covered.unasked, lost) if said))
        if last is None:
            return replace(claim, restore=self.on_efs.restore(cluster, claim, taken))
        if covered.unasked:
            return replace(claim, restore=self.commands.unchecked(last, covered.unasked))
        return replace(claim, restore=self.commands.suggest(last, taken))

    def _with_commands(self, report: Report, listing: Sequence[Snapshot]) -> Iterator[ReportedClaim]:
        """The claims with the commands that restore their last good points."""
        taken: dict[str, set[str]] = defaultdict(set)
        for claim in report.claims:
            if claim.state is not ClaimState.GONE:
                taken[claim.namespace].add(claim.claim)
        wanted = {claim.to_restore for claim in report.claims}
        last = {item.id: item for item in _ready(listing, wanted, report.region)}
        suggested = self.commands.suggest_all(report.cluster, list(last.values()), taken)
        for claim in report.claims:
            on_efs = self.on_efs.restore(report.cluster, claim, taken[claim.namespace])
            yield replace(claim, restore=on_efs or suggested.get(claim.to_restore))

    def _listing(self, cluster: str, namespace: str = "", claim: str = "") -> Sequence[Snapshot]:
        narrower = {tags.NAMESPACE: namespace, tags.CLAIM: claim}
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster}
        return list(self.snapshots.find(wanted | {key: value for key, value in narrower.items() if value}))

    def _facts(self, cluster: str, now: datetime) -> PolicyFacts:
        policies = [policy for policy in self.deployment.policies if cluster in policy.clusters]
        return self.read_policies.facts(cluster, policies, now)

    def _told(self, covered: CoverageReport, facts: PolicyFacts, points: Sequence[ReportedPoint]) -> Report:
        cluster = covered.cluster
        names = {(claim.namespace, claim.claim) for claim in covered.claims}
        failures = self.read_policies.failures(facts)
        return report(
            Sources(
                region=self.deployment.known_cluster(cluster).region,
                policies=facts.policies,
                coverage=covered,
                points=points,
                failures=[item for item in failures if (item.namespace, item.claim) in names],
                last_runs=facts.last_runs,
                slots=facts.slots,
                retentions=facts.retentions,
                invalid=facts.invalid,
                incidents=list(self.incidents.incidents_of(cluster, covered.at - INCIDENTS_FOR)),
                restores=self._restores(covered, points),
                notes=[covered.unasked] if covered.unasked else [],
                files=self.deployment.files is not None,
            )
        )

    def _points(
        self, cluster: str, facts: PolicyFacts, now: datetime, listing: Sequence[Snapshot]
    ) -> Sequence[ReportedPoint]:
        """The points; those that retention expires stay, with the reason, if EC2 refuses to delete them or
        they are the last good ones before a suspicious one."""
        gone, coming = self.retentions.gone_claims(cluster), facts.next_slots(now)
        volumes = self.find_volumes.settled(cluster, disputed(listing, cluster))
        points = reported_points(
            listing, cluster, RetentionFacts(facts.retentions, gone, coming, volumes), now
        )
        leaving = [point.snapshot_id for point in points if point.fate is not Outlook.STAYS]
        refused = self.snapshots.protections(leaving) if leaving else {}
        kept = protections(self.checked.of_cluster(cluster)) if leaving else {}
        staying = {each: [*refused.get(each, ()), *_listed(kept.get(each))] for each in leaving}
        told = [
            replace(point, fate=Outlook.STAYS, reasons=tuple(item.reason for item in found), goes_at=None)
            if (found := staying.get(point.snapshot_id))
            else point
            for point in points
        ]
        return self.tiers.of_points(cluster, self.checked.of_points(cluster, told))

    def _restores(
        self, covered: CoverageReport, points: Iterable[ReportedPoint]
    ) -> Sequence[RestoreOperation]:
        """The latest restores into namespaces that have claims or points, and those still in progress."""
        cluster = covered.cluster
        namespaces = {claim.namespace for claim in covered.claims} | {point.namespace for point in points}
        found = {item.id: item for item in self.restores.open_restores() if item.cluster == cluster}
        for namespace in namespaces:
            for item in islice(self.restores.restores_of(cluster, namespace), RESTORES_OF_NAMESPACE):
                found[item.id] = item
        return sorted(found.values(), key=lambda item: item.accepted_at, reverse=True)[:RESTORES]


def _listed(protection: Protection | None) -> list[Protection]:
    return [protection] if protection else []


def _ready(listing: Iterable[Snapshot], wanted: Collection[str], region: str) -> Iterator[PointFacts]:
    """The ready points with these ids."""
    for snapshot in listing:
        if tags.point_id_of(snapshot.tags) in wanted and tags.DUPLICATE not in snapshot.tags:
            point = point_of(snapshot, region)
            if point is not None and point.state is PointState.READY:
                yield point
