"""Finds what runs have not saved yet: the namespaces of new runs, with the policy by which each is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.objects.asking import asking, policy_for
from snapkeep.domain.objects.manifests import Subject
from snapkeep.domain.objects.saved import Saved
from snapkeep.domain.policies import ON_DEMAND, Deployment, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import SavedObjects
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs

RECENT = timedelta(days=1)
"""How long after its slot a run is still served: later, its objects are no longer those of the slot."""

RECENT_ON_DEMAND = timedelta(hours=2)
"""The same for runs on demand. Each may be of other namespaces, so all of them are looked at."""

REMEMBERED = timedelta(days=35)
"""How long after its slot a run that was not saved is remembered, until a newer one is served."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What is to be saved of a namespace beside a run; `claims` are the names of the run's claims there."""

    subject: Subject
    claims: Sequence[str]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Newest:
    """What the newest run of a policy has saved, and what it has not."""

    records: Sequence[Saved]
    unsaved: Sequence[Unsaved]


@dataclass(frozen=True, slots=True)
class FindUnsaved:
    """Finds only the newest run of a policy, and on demand only that of a namespace: what is listed now
    belongs to no earlier one."""

    deployment: Deployment
    runs: Runs
    points: Points
    saved: SavedObjects
    clock: Clock

    def of_policy(self, cluster: str, policy: str) -> Newest | None:
        """Where the newest run of a policy stands; None if it is old, or still being planned."""
        run = max(self._runs(cluster, policy, RECENT), key=lambda each: each.slot, default=None)
        return None if run is None or run.state is RunState.PLANNING else self._of_run(run)

    def on_demand(self, cluster: str) -> Sequence[Unsaved]:
        """What the runs on demand have not saved of namespaces of which no newer one has points."""
        found: list[Unsaved] = []
        served: set[str] = set()
        runs = self._runs(cluster, ON_DEMAND, RECENT_ON_DEMAND)
        for run in sorted(runs, key=lambda each: each.slot, reverse=True):
            if run.state is not RunState.PLANNING and asking(run, self.deployment):
                found += [each for each in self._of_run(run).unsaved if each.subject.namespace not in served]
                served |= self._namespaces(run).keys()
        return found

    def left(self, cluster: str, policy: str) -> Iterator[str]:
        """What the newest planned run left, as `POLICY NAMESPACE`: its troubles last until the next run is
        served."""
        planned = [
            run for run in self._runs(cluster, policy, REMEMBERED) if run.state is not RunState.PLANNING
        ]
        if run := max(planned, key=lambda each: each.slot, default=None):
            yield from (f"{policy} {each.subject.namespace}" for each in self._of_run(run).unsaved)

    def _runs(self, cluster: str, policy: str, recent: timedelta) -> Sequence[Run]:
        return list(self.runs.runs_of(cluster, policy, self.clock() - recent))

    def _of_run(self, run: Run) -> Newest:
        policies = asking(run, self.deployment)
        records = list(self.saved.saved_of(run.cluster, run.id))
        done = {each.subject.namespace for each in records}
        return Newest(
            records, [each for each in self._wanted(run, policies) if each.subject.namespace not in done]
        )

    def _wanted(self, run: Run, policies: Sequence[Policy]) -> Iterator[Unsaved]:
        for namespace, claims in self._namespaces(run).items():
            policy = policy_for(namespace, run, policies)
            if policy and policy.objects:
                subject = Subject(run.cluster, run.policy, run.id, run.slot, namespace, policy.objects)
                yield Unsaved(subject, claims, policy)

    def _namespaces(self, run: Run) -> Mapping[str, Sequence[str]]:
        """The names of the run's claims by namespace."""
        found: dict[str, list[str]] = {}
        for point in self.points.points_of(run.id):
            found.setdefault(point.claim.namespace, []).append(point.claim.name)
        return {namespace: sorted(set(names)) for namespace, names in sorted(found.items())}


def looked_at(cluster: str, deployment: Deployment) -> Iterable[str]:
    """The policies of a cluster whose runs may save objects; with them `on-demand`, none without."""
    named = [each.name for each in deployment.policies if each.objects and cluster in each.clusters]
    return [*named, ON_DEMAND] if named else []
