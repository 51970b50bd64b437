"""Coverage: the present claims of a cluster, compared with the promises of its policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.backup import selection
from snapkeep.domain.backup.sharing import holders_of, in_words_of
from snapkeep.domain.claims import Claim
from snapkeep.domain.errors import ClusterUnreachable
from snapkeep.domain.points import PointState, SnapshotState
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.report import coverage
from snapkeep.domain.report.acceptances import find_acceptance
from snapkeep.domain.report.coverage import CoverageReport, CoveredClaim, LastGood, Promise
from snapkeep.domain.retention.snapshot_tags import ReadablePoint, read
from snapkeep.ports.clock import Calendar, Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters

NEAR, FAR = timedelta(hours=25), timedelta(days=35)
"""How far ahead to search for slots: a little over a day, then over a month."""

Good = Mapping[str, Sequence[LastGood]]
"""Claim UID to the newest good point under each policy."""


@dataclass(frozen=True, slots=True)
class ShowCoverage:
    """Lists claims and good points once each, and judges every claim."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    calendar: Calendar
    clock: Clock

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
        names: set[str] = set()
        good = _newest(_noting(names, self._good_points(cluster, namespace, now)), volumes)
        shared = _shared(claims, everywhere)
        found = [
            replace(item, reason=f"{item.reason}; {text}") if (text := shared.get(item.name)) else item
            for item in (
                *self._taken(selected.taken, good, now),
                *self._skipped(cluster, selected.skipped, good, now),
            )
        ]
        ordered = sorted(found, key=lambda item: (item.namespace, item.claim))
        gone = frozenset(names - {str(claim) for claim in everywhere})
        return CoverageReport(cluster, now, tuple(ordered), gone=gone)

    def now_or_remembered(self, cluster: str, namespace: str = "") -> CoverageReport:
        """The report; when the cluster does not answer, that of the claims which recovery points remember.

        Raises what `report` raises, except ClusterUnreachable.
        """
        try:
            return self.report(cluster, namespace)
        except ClusterUnreachable as error:
            return self._remembered(cluster, namespace, error.reason)

    def _remembered(self, cluster: str, namespace: str, why: str) -> CoverageReport:
        """The claims with good points, held against the policies that took them before."""
        now = self.clock()
        points = list(self._good_points(cluster, namespace, now))
        names = {found.claim: found.name for found, _ in points}
        slots = SlotCache(self.calendar, now)
        found = []
        for uid, newest in _newest(points, {}).items():
            taking = [item.policy for item in newest if self._runs_in(item.policy, cluster)]
            place, _, name = names[uid].partition("/")
            promises = [self._promise(policy, newest, slots) for policy in taking]
            if promises:
                found.append(coverage.covered(place, name, promises, newest, now))
        ordered = sorted(found, key=lambda item: (item.namespace, item.claim))
        unasked = (
            f"{why}. These are the claims that recovery points remember: claims without one are missing, "
            "and deleted ones may be listed"
        )
        return CoverageReport(cluster, now, tuple(ordered), unasked)

    def _runs_in(self, name: str, cluster: str) -> bool:
        policy = self.deployment.policy(name)
        return policy is not None and cluster in policy.clusters

    def _good_points(
        self, cluster: str, namespace: str, now: datetime
    ) -> Iterator[tuple[ReadablePoint, LastGood]]:
        """Every good point, with what coverage tells of it."""
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
            coverage.covered(
                claim.namespace,
                claim.name,
                [self._promise(name, good.get(uid, ()), slots) for name in policies[uid]],
                good.get(uid, ()),
                now,
            )
            for uid, claim in claims.items()
        ]

    def _skipped(
        self, cluster: str, skipped: Sequence[selection.SkippedClaim], good: Good, now: datetime
    ) -> Iterator[CoveredClaim]:
        """Claims and scratch volumes that no policy takes."""
        for item in skipped:
            subject = item.subject
            points = good.get(subject.uid, ()) if isinstance(subject, Claim) else ()
            plain = coverage.not_covered(item, points)
            accepted = find_acceptance(self.deployment.accepted, cluster, plain.namespace, plain.claim, now)
            yield coverage.not_covered(item, points, accepted, now) if accepted else plain

    def _promise(self, name: str, good: Sequence[LastGood], slots: SlotCache) -> Promise:
        policy = self.deployment.policy(name)
        assert policy is not None, f"claims were taken by {name}, which is no policy"
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
        until = min(self._now - coverage.ALLOWANCE - spread, last.slot + FAR)
        return self._first(policy, last.slot, until, last.slot)

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


def _noting(
    names: set[str], points: Iterable[tuple[ReadablePoint, LastGood]]
) -> Iterator[tuple[ReadablePoint, LastGood]]:
    """The same points; the names of their claims are added on the way."""
    for found, point in points:
        names.add(found.name)
        yield found, point


def _newest(points: Iterable[tuple[ReadablePoint, LastGood]], volumes: Mapping[str, str]) -> Good:
    """The newest of each claim (UID) under each policy, from the claim's own volume where that is known."""
    newest: dict[str, dict[str, LastGood]] = defaultdict(dict)
    for found, point in points:
        if found.candidate.volume != volumes.get(found.claim, found.candidate.volume):
            continue  # from another volume: its tags were edited or copied
        known = newest[found.claim].get(found.policy, point)
        newest[found.claim][found.policy] = max(known, point, key=lambda item: item.slot)
    return {claim: list(policies.values()) for claim, policies in newest.items()}


def _is_good(found: ReadablePoint, now: datetime) -> bool:
    return found.candidate.state is PointState.READY and found.candidate.counts(now)


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
