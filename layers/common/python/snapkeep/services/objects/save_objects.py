"""Saves the objects beside the newest run of each policy that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Run, RunState
from snapkeep.domain.errors import NotFound
from snapkeep.domain.objects.kinds import Chosen, choose
from snapkeep.domain.objects.manifests import Subject
from snapkeep.domain.objects.rules import ObjectScope
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectClusters, Objects, SavedObjects
from snapkeep.ports.points import Points
from snapkeep.ports.runs import Runs
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.objects.save_namespace import SaveNamespace
from snapkeep.services.objects.tell_unlisted import TellUnlisted

FUNCTION = "save_objects"

RECENT = timedelta(days=1)
"""How long after its slot a run is still served: later, its objects are no longer those of the slot."""

REMEMBERED = timedelta(days=35)
"""How long after its slot a run that was not saved is remembered, until a newer one is served."""


@dataclass(slots=True)
class ObjectsReport:
    """What one pass over a cluster saved: objects by run and namespace. `gone` are namespaces without
    anything to save, `waiting` those that it had no time for, or whose run is not the newest any more or has
    grown old: they wait for the next run."""

    cluster: str
    saved: dict[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OpenCluster:
    """A cluster that was opened in this pass, and which of its kinds are saved."""

    objects: Objects
    chosen: Chosen


@dataclass(frozen=True, slots=True)
class SaveObjects:
    """Serves only the newest run of a policy: what is listed now belongs to no earlier one."""

    deployment: Deployment
    clusters: ObjectClusters
    runs: Runs
    points: Points
    saved: SavedObjects
    saver: SaveNamespace
    unlisted: TellUnlisted
    give_up: GiveUp
    clock: Clock

    def run(self, until: datetime, only: str = "") -> list[ObjectsReport]:
        """One pass over all clusters, or `only` that one. No namespace is begun after `until` (aware UTC)."""
        names = [each.name for each in self.deployment.clusters if only in ("", each.name)]
        return [self._cluster(name, until) for name in names]

    def _cluster(self, cluster: str, until: datetime) -> ObjectsReport:
        report = ObjectsReport(cluster)
        opened: list[OpenCluster] = []
        for policy in self.deployment.policies:
            if policy.objects and cluster in policy.clusters:
                part = f"objects of {policy.name}"
                with part_of_a_pass(f"{part} in {cluster}", report.given_up, part):
                    self._policy(cluster, policy, policy.objects, opened, until, report)
        report.given_up = self.give_up.report(report.given_up, cluster, report.waiting)
        return report

    def _policy(
        self,
        cluster: str,
        policy: Policy,
        scope: ObjectScope,
        opened: list[OpenCluster],
        until: datetime,
        report: ObjectsReport,
    ) -> None:
        run = self._newest(cluster, policy.name)
        if run is None or run.state is RunState.PLANNING:
            report.waiting += self._left(cluster, policy.name)
            return
        namespaces = self._namespaces(run)
        records = list(self.saved.saved_of(cluster, run.id))
        waiting = namespaces.keys() - {each.subject.namespace for each in records}
        for namespace in sorted(waiting):
            part = f"{policy.name} {namespace}"
            if self.clock() >= until:
                report.waiting.append(part)
                continue
            with part_of_a_pass(f"objects of {part} in {cluster}", report.given_up, part):
                here = self._open(cluster, opened)
                subject = Subject(cluster, policy.name, run.id, run.slot, namespace, scope)
                self._save(here, subject, namespaces[namespace], policy, report)
        self.unlisted.tell(cluster, policy.name, records, waiting)

    def _save(
        self,
        here: OpenCluster,
        subject: Subject,
        claims: Sequence[str],
        policy: Policy,
        report: ObjectsReport,
    ) -> None:
        try:
            made = self.saver.run(here.objects, here.chosen, subject, claims, policy)
        except NotFound:
            report.gone.append(subject.namespace)
        else:
            report.saved[f"{subject.run} {subject.namespace}"] = made.objects

    def _newest(self, cluster: str, policy: str) -> Run | None:
        found = self.runs.runs_of(cluster, policy, self.clock() - RECENT)
        return max(found, key=lambda run: run.slot, default=None)

    def _left(self, cluster: str, policy: str) -> Iterator[str]:
        """The parts that the newest planned run left: their troubles last until the next run is served."""
        found = self.runs.runs_of(cluster, policy, self.clock() - REMEMBERED)
        planned = [run for run in found if run.state is not RunState.PLANNING]
        if run := max(planned, key=lambda each: each.slot, default=None):
            done = {each.subject.namespace for each in self.saved.saved_of(cluster, run.id)}
            yield from (f"{policy} {name}" for name in self._namespaces(run) if name not in done)

    def _namespaces(self, run: Run) -> Mapping[str, Sequence[str]]:
        """The names of the run's claims by namespace."""
        found: dict[str, list[str]] = {}
        for point in self.points.points_of(run.id):
            found.setdefault(point.claim.namespace, []).append(point.claim.name)
        return {namespace: sorted(set(names)) for namespace, names in sorted(found.items())}

    def _open(self, cluster: str, opened: list[OpenCluster]) -> OpenCluster:
        """The cluster, whose kinds are asked for once in a pass."""
        if not opened:
            objects = self.clusters.open(cluster)
            served = objects.served_kinds()
            opened.append(
                OpenCluster(objects, choose(served.kinds, self.deployment.custom_kinds, served.silent))
            )
        return opened[0]
