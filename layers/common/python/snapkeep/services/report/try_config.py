"""Tries policies before they are deployed: decides like backups and prunes, and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run, Skipped, run_id
from snapkeep.domain.backup.selection import Selected, Taken, select, select_for
from snapkeep.domain.claims import Claim, ScratchVolume
from snapkeep.domain.errors import TookTooLong
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.report.trials import (
    ChangedClaim,
    Trial,
    TrialRequest,
    TriedClaim,
    TriedDeletion,
)
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import Clusters, SnapshotObjects
from snapkeep.services.backup.look import plan_points, why_blocked
from snapkeep.services.retention.decide import DecidePrune
from snapkeep.services.retention.read_cluster import ReadCluster, Reading
from snapkeep.services.retention.report import Progress
from snapkeep.services.retention.survey import Survey, survey_of

LONGEST_REASON = 500
"""The longest reason, in characters; a claim that no policy takes has one that names every policy."""

READING = timedelta(seconds=14)
"""How long a trial may read before it gives up: its caller waits for 22 seconds, and planning takes a fifth
of a second per thousand points.
"""

LOOK_EVERY = 100
"""Snapshots between two looks at the clock."""

BRAKED = "the brake would refuse to delete it until somebody confirms that"

OF_ONE_NAMESPACE = (
    "the brake judges whole clusters but saw only one namespace here: it may allow more deletions"
)


@dataclass(frozen=True, slots=True)
class TryConfig:
    """Compares what is deployed with what somebody is about to deploy."""

    deployment: Deployment
    clusters: Clusters
    reader: ReadCluster
    decider: DecidePrune
    clock: Clock

    def run(self, request: TrialRequest) -> Trial:
        """What the requested policies would take, skip and prune now.

        Raises UnknownCluster, TookTooLong with what was read so far, and TemporaryError or PermanentError
        if the cluster, EC2 or the journal cannot be read, because half an answer would look like a whole one.
        """
        self.deployment.known_cluster(request.cluster)
        now, cluster = self.clock(), self.clusters.open(request.cluster)
        claims = [item for item in cluster.claims() if request.namespace in ("", item.namespace)]
        scratch = [item for item in cluster.scratch_volumes() if request.namespace in ("", item.namespace)]
        selected = select(claims, request.deployment.policies, request.cluster, scratch)
        progress = Progress(request.cluster, dry_run=True, notes=list(_paused(request, selected)))
        reader = replace(
            self.reader,
            deployment=request.deployment,
            watch=lambda listed: self._in_time(request, listed, now),
        )
        reading = reader.read(now, progress, request.namespace)
        deletions, keeping = self._deletions(request, reading, now, progress)
        return Trial(
            request.cluster,
            request.namespace,
            taken=tuple(_taken(request, claims, scratch, cluster, now)),
            left=tuple(Skipped(str(x.subject), x.code.value, _cut(x.reason)) for x in selected.skipped),
            changed=tuple(self._changed(request, claims, selected)),
            deletions=tuple(deletions),
            keeping=keeping,
            notes=tuple(progress.notes),
        )

    def _in_time(
        self, request: TrialRequest, listed: Iterator[Snapshot], began: datetime
    ) -> Iterator[Snapshot]:
        """The same snapshots, as long as there is time. Raises TookTooLong."""
        for number, snapshot in enumerate(listed):
            if number % LOOK_EVERY == 0 and self.clock() - began > READING:
                smaller = "another, smaller namespace" if request.namespace else "one namespace"
                raise TookTooLong(
                    f"{number:,} recovery points of cluster {request.cluster} were read in "
                    f"{READING.total_seconds():.0f} s, and there are more: name {smaller}"
                )
            yield snapshot

    def _changed(
        self, request: TrialRequest, claims: Sequence[Claim], after: Selected
    ) -> Iterator[ChangedClaim]:
        """The claims that different policies would take than now."""
        before = select(claims, self.deployment.policies, request.cluster)
        now, then = _policies(before, self.deployment), _policies(after, request.deployment)
        for claim in sorted(now.keys() | then.keys()):
            differs = set(now.get(claim, ())) ^ set(then.get(claim, ()))
            if differs and (not request.only or differs & set(request.only)):
                yield ChangedClaim(claim, now.get(claim, ()), then.get(claim, ()))

    def _deletions(
        self, request: TrialRequest, reading: Reading, now: datetime, progress: Progress
    ) -> tuple[list[TriedDeletion], int]:
        """The points that the rules no longer keep once every grace period is over, and how many they
        keep.
        """
        spared = survey_of(reading.found, reading.policies, now, reading.gone)
        at_once = {item.snapshot_id for item in spared.deletions}
        ungraced = {name: replace(item, earlier=()) for name, item in reading.policies.items()}
        reading = replace(reading, policies=ungraced)
        planned = survey_of(reading.found, ungraced, now, reading.gone)
        progress.notes += _unnamed(planned)
        rehearsal = PruneRequest(progress.cluster, dry_run=True)
        decision = self.decider.decide(reading, rehearsal, now, progress)
        # What a refusal says would name a token that is not open, and claims of other namespaces.
        refused = frozenset[str]().union(*(item.names for item in decision.braked.refusals))
        staying = {**decision.survey.kept, **dict.fromkeys(refused, (BRAKED,))}
        if request.namespace and refused.intersection(item.snapshot_id for item in planned.deletions):
            progress.notes.append(OF_ONE_NAMESPACE)
        found = [
            TriedDeletion(
                item.snapshot_id,
                planned.labels.get(item.lineage, item.lineage).rpartition(" (policy ")[0],
                item.lineage.rpartition("/")[2],
                item.reason,
                at_once=item.snapshot_id in at_once,
                stays="; ".join(staying.get(item.snapshot_id, ())),
            )
            for item in planned.deletions
        ]
        return [item for item in found if not request.only or item.policy in request.only], len(planned.kept)


def _unnamed(planned: Survey) -> Iterator[str]:
    """Notes about points whose policy the config would no longer name."""
    for name, count in sorted(planned.orphaned.items()):
        yield f"{count} points of policy {name} stay until somebody deletes them: no policy has that name"


def _paused(request: TrialRequest, selected: Selected) -> Iterator[str]:
    """Notes about policies that would take claims if they ran."""
    counts = Counter(item.policy for item in selected.taken)
    for policy in _shown(request):
        if not policy.schedule.enabled:
            yield f"policy {policy.name} is paused: it takes none of its {counts[policy.name]} claims"


def _taken(
    request: TrialRequest,
    claims: Sequence[Claim],
    scratch: Sequence[ScratchVolume],
    cluster: SnapshotObjects,
    now: datetime,
) -> Iterator[TriedClaim]:
    """What a run of each policy would take; a paused policy has no runs."""
    for policy in _shown(request):
        if not policy.schedule.enabled:
            continue
        name = run_id(request.cluster, policy.name, now)
        run = Run(name, request.cluster, policy.name, now, now, deployment=request.deployment.name)
        selected = select_for(policy, request.deployment, claims, scratch)
        if not policy.method.is_of_volumes:
            yield from (_whole(item) for item in selected.taken)
            continue
        reasons = {item.claim.uid: item.reason for item in selected.taken}
        planned = plan_points(run, policy, selected, cluster)
        for point in planned.points:
            reason = "; ".join(filter(None, (reasons[point.claim.uid], point.method_reason)))
            yield TriedClaim(
                point.claim.namespace,
                point.claim.name,
                policy.name,
                point.method,
                _cut(reason),
                why_blocked(point, planned),
            )


def _whole(item: Taken) -> TriedClaim:
    """A claim whose file system is saved whole, without a point of its own."""
    claim = item.claim
    return TriedClaim(claim.namespace, claim.name, item.policy, item.method, _cut(item.reason), "")


def _shown(request: TrialRequest) -> Iterator[Policy]:
    for policy in request.deployment.policies:
        if request.cluster in policy.clusters and (not request.only or policy.name in request.only):
            yield policy


def _policies(selected: Selected, deployment: Deployment) -> Mapping[str, tuple[str, ...]]:
    """For each claim the policies that take it and run."""
    running = {policy.name for policy in deployment.policies if policy.schedule.enabled}
    found: dict[str, tuple[str, ...]] = {}
    for item in selected.taken:
        if item.policy in running:
            found[str(item.claim)] = (*found.get(str(item.claim), ()), item.policy)
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
