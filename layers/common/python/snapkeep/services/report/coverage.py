"""Compares the present claims of a cluster with the promises of its policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup import selection
from snapkeep.domain.backup.sharing import holders_of, in_words_of
from snapkeep.domain.claims import Claim, ClaimName
from snapkeep.domain.errors import ClusterUnreachable
from snapkeep.domain.points import SnapshotState
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.report import coverage
from snapkeep.domain.report.acceptances import find_acceptance
from snapkeep.domain.report.claims import Name
from snapkeep.domain.report.coverage import Coverage, CoverageReport, CoveredClaim, LastGood, Promise
from snapkeep.domain.report.memory import KnownClaim
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, read
from snapkeep.ports.clock import Calendar, Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.services.objects.show_namespaces import ShowNamespaces
from snapkeep.services.report.checked import ShowChecked
from snapkeep.services.report.copied import ShowCopied
from snapkeep.services.report.good_points import Good, NotedPoints, newest_of_each
from snapkeep.services.report.on_efs import GoodOnEfs, ShowOnEfs, by_claim, caveats, where_claims_are
from snapkeep.services.report.past_runs import ReadPastRuns

NEAR, FAR = timedelta(hours=25), timedelta(days=35)
"""How far ahead to search for slots: a little over a day, then over a month."""

FROM_MEMORY = (
    "These are the claims known from recovery points and the last runs: newer ones are missing, and deleted "
    "ones may be listed"
)


@dataclass(frozen=True, slots=True)
class ShowCoverage:
    """Lists claims and good points once each, and judges every claim."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    calendar: Calendar
    clock: Clock
    past: ReadPastRuns
    copied: ShowCopied
    checked: ShowChecked
    on_efs: ShowOnEfs
    namespaces: ShowNamespaces

    def report(self, cluster: str, namespace: str = "") -> CoverageReport:
        """The coverage of a cluster's claims (of one namespace, unless "") now.

        Raises UnknownCluster, and TemporaryError when EC2 or the cluster does not answer, because a partial
        listing would report protected claims as unprotected. It costs a DescribeSnapshots call per thousand
        recovery points.
        """
        self.deployment.known_cluster(cluster)
        now = self.clock()
        kube = self.clusters.open(cluster)
        everywhere = list(kube.claims())
        claims = [claim for claim in everywhere if namespace in ("", claim.namespace)]
        scratch = [volume for volume in kube.scratch_volumes() if namespace in ("", volume.namespace)]
        selected = selection.select(claims, self.deployment.policies, cluster, scratch)
        volumes = {claim.uid: claim.volume.handle for claim in claims if claim.volume}
        noted = NotedPoints()
        good = newest_of_each(noted.note(self._good_points(cluster, namespace, now)), volumes)
        wanted = [(item.policy, item.claim.uid) for item in selected.taken if not item.method.is_of_volumes]
        on_efs = where_claims_are(self.on_efs.good(cluster, wanted, now, namespace), volumes)
        good |= by_claim(on_efs)
        found = [
            *self._taken(selected.taken, good, now),
            *self._skipped(cluster, selected.skipped, good, now),
        ]
        told = self._with_notes(cluster, now, found, _notes(claims, everywhere) | caveats(on_efs))
        names = noted.names | {str(each.claim) for each in on_efs}
        gone = frozenset(names - {str(claim) for claim in everywhere})
        return self._with_the_rest(replace(told, gone=gone), noted, namespace)

    def now_or_remembered(self, cluster: str, namespace: str = "") -> CoverageReport:
        """The report; if the cluster does not answer, one of the claims known from recovery points and the
        last runs.

        Raises what `report` raises, except ClusterUnreachable.
        """
        try:
            return self.report(cluster, namespace)
        except ClusterUnreachable as error:
            return self._remembered(cluster, namespace, error.reason)

    def _remembered(self, cluster: str, namespace: str, why: str) -> CoverageReport:
        """The claims that have good points, and those that the last runs took or skipped."""
        now = self.clock()
        slots = SlotCache(self.calendar, now)
        noted = NotedPoints()
        points = list(noted.note(self._good_points(cluster, namespace, now)))
        names = {found.claim: _split(found.name) for found, _ in points}
        here = [policy.name for policy in self.deployment.policies if cluster in policy.clusters]
        memory = self.past.memory(cluster, here, now)
        on_efs = self.on_efs.good(cluster, None, now, namespace)
        names |= {each.claim.uid: each.name for each in on_efs}
        good = newest_of_each(points, {}) | by_claim(on_efs)
        known = [_unless_on_efs(item, on_efs) for item in memory.claims(good, names, namespace)]
        failures = {"/".join(item.name): item.failure for item in known} | caveats(on_efs)
        found = [self._recall(cluster, item, slots, now) for item in known]
        told = replace(self._with_notes(cluster, now, found, failures), unasked=f"{why}. {FROM_MEMORY}")
        return self._with_the_rest(told, noted, namespace)

    def _with_the_rest(self, told: CoverageReport, noted: NotedPoints, namespace: str) -> CoverageReport:
        """The report with how copies, checks and saved objects stand."""
        told = self.checked.add(self.copied.add(told, noted.times, namespace), namespace)
        return self.namespaces.add(told, noted.slots, namespace)

    def _runs_in(self, name: str, cluster: str) -> bool:
        policy = self.deployment.policy(name)
        return policy is not None and cluster in policy.clusters

    def _good_points(
        self, cluster: str, namespace: str, now: datetime
    ) -> Iterator[tuple[ReadablePoint, LastGood]]:
        """Every good point, with what coverage says about it."""
        wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster}
        listing = self.snapshots.find(
            wanted | ({tags.NAMESPACE: namespace} if namespace else {}), state=SnapshotState.COMPLETED
        )
        for snapshot in listing:
            found = None if tags.DUPLICATE in snapshot.tags else read(snapshot, cluster)
            if isinstance(found, ReadablePoint) and _is_good(found, now):
                yield found, LastGood(tags.point_id_of(snapshot.tags), found.policy, found.slot)

    def _taken(self, taken: Sequence[selection.Taken], good: Good, now: datetime) -> Sequence[CoveredClaim]:
        policies: dict[str, list[str]] = defaultdict(list)
        claims: dict[str, Claim] = {}
        slots = SlotCache(self.calendar, now)
        for item in taken:
            policies[item.claim.uid].append(item.policy)
            claims[item.claim.uid] = item.claim
        return [
            replace(
                coverage.covered(
                    claim.namespace,
                    claim.name,
                    [self._promise(name, good.get(uid, ()), slots) for name in policies[uid]],
                    good.get(uid, ()),
                    now,
                ),
                uid=uid,
            )
            for uid, claim in claims.items()
        ]

    def _recall(self, cluster: str, known: KnownClaim, slots: SlotCache, now: datetime) -> CoveredClaim:
        """How a remembered claim is covered: by the policies that took it last."""
        taking = [policy for policy in known.policies if self._runs_in(policy, cluster)]
        if known.left is None and taking:
            promises = [self._promise(policy, known.good, slots) for policy in taking]
            return replace(coverage.covered(*known.name, promises, known.good, now), uid=known.uid)
        unknown = "according to the last runs, no policy takes it"
        left = known.left or selection.SkippedClaim(ClaimName(*known.name), selection.Code.NO_POLICY, unknown)
        return self._left(cluster, left, known.good, now)

    def _skipped(
        self, cluster: str, skipped: Sequence[selection.SkippedClaim], good: Good, now: datetime
    ) -> Iterator[CoveredClaim]:
        """Claims and scratch volumes that no policy takes."""
        for item in skipped:
            subject = item.subject
            points = good.get(subject.uid, ()) if isinstance(subject, Claim) else ()
            yield self._left(cluster, item, points, now)

    def _left(
        self, cluster: str, item: selection.SkippedClaim, points: Sequence[LastGood], now: datetime
    ) -> CoveredClaim:
        plain = coverage.not_covered(item, points)
        accepted = find_acceptance(self.deployment.accepted, cluster, plain.namespace, plain.claim, now)
        return coverage.not_covered(item, points, accepted, now) if accepted else plain

    def _with_notes(
        self, cluster: str, now: datetime, found: Sequence[CoveredClaim], notes: Mapping[str, str]
    ) -> CoverageReport:
        """The report, with the claim's note and the fate of lost snapshots added to each reason."""
        late: dict[str, set[Name]] = defaultdict(set)
        for item in found:
            if item.state is Coverage.LATE:
                late[item.policy].add((item.namespace, item.claim))
        lost = self.past.losses(cluster, late, now)
        told = [
            replace(item, reason="; ".join(filter(None, (item.reason, notes.get(item.name), loss))))
            for item in found
            for loss in (lost.get((item.namespace, item.claim)),)
        ]
        return CoverageReport(
            cluster, now, tuple(sorted(told, key=lambda item: (item.namespace, item.claim)))
        )

    def _promise(self, name: str, good: Sequence[LastGood], slots: SlotCache) -> Promise:
        policy = self.deployment.policy(name)
        assert policy is not None, f"claims were taken by {name}, which is not a policy"
        last = coverage.keeping(name, good)
        if not policy.schedule.enabled:
            return Promise(name, True, last, None, None)
        return Promise(name, False, last, slots.missed(policy, last), slots.following(policy, last))


class SlotCache:
    """The slots of schedules, cached because the claims of one run need the same ones."""

    def __init__(self, calendar: Calendar, now: datetime) -> None:
        self._calendar, self._now = calendar, now
        self._known: dict[tuple[str, datetime, datetime], datetime | None] = {}

    def missed(self, policy: Policy, last: LastGood | None) -> datetime | None:
        """The first slot after the last good point that should have produced another by now."""
        if last is None:
            return None
        spread = timedelta(minutes=policy.schedule.flexible_minutes)
        until = self._now - coverage.ALLOWANCE - spread
        for end in (min(until, last.slot + FAR), until):  # only a rare schedule has to be followed far
            found = self._first(policy, last.slot, end, last.slot)
            if found:
                return found
        return None

    def following(self, policy: Policy, last: LastGood | None) -> datetime | None:
        """The next slot, searched nearby first, because some schedules have thousands a month."""
        anchor = last.slot if last else self._now
        for window in (NEAR, FAR):
            found = self._first(policy, self._now, self._now + window, anchor)
            if found:
                return found
        return None

    def _first(self, policy: Policy, after: datetime, until: datetime, anchor: datetime) -> datetime | None:
        key = (policy.name, after if after != self._now else anchor, until)
        if key not in self._known:
            due = self._calendar.due(policy.schedule, after, until, anchor) if until > after else ()
            self._known[key] = next(iter(due), None)
        return self._known[key]


def _split(name: str) -> Name:
    namespace, _, claim = name.partition("/")
    return namespace, claim


def _is_good(found: ReadablePoint, now: datetime) -> bool:
    return found.candidate.counts(now) and found.candidate.is_at_hand


def _notes(claims: Sequence[Claim], everywhere: Sequence[Claim]) -> dict[str, str]:
    """By claim (namespace/name), what its owner should know besides its state."""
    shared = _shared(claims, everywhere)
    said = {str(claim): (selection.misread_exclusion(claim), shared.get(str(claim))) for claim in claims}
    return {name: "; ".join(filter(None, texts)) for name, texts in said.items()}


def _shared(claims: Sequence[Claim], everywhere: Sequence[Claim]) -> Mapping[str, str]:
    """Claim (namespace/name) to a sentence about the other claims on its volume.

    A caller who asks for one namespace does not learn names from others.
    """
    mine = {claim.uid for claim in claims}
    holders = {
        volume: {uid: name if uid in mine else "a claim of another namespace" for uid, name in on_it.items()}
        for volume, on_it in holders_of(everywhere).items()
    }
    return {
        str(claim): text
        for claim in claims
        if claim.volume and (text := in_words_of(holders, claim.volume.handle, claim.uid))
    }


def _unless_on_efs(known: KnownClaim, on_efs: Iterable[GoodOnEfs]) -> KnownClaim:
    """The claim, without what runs of volumes say of one whose file system is backed up."""
    left = known.left is not None and known.left.code is selection.Code.EFS
    saved = left and any(each.claim.uid == known.uid for each in on_efs)
    return replace(known, left=None) if saved else known
