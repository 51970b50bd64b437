"""Saves the objects beside the newest run of each policy that asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from snapkeep.domain.errors import NotFound
from snapkeep.domain.objects.kinds import Chosen, choose
from snapkeep.domain.policies import ON_DEMAND, Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectClusters, Objects
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.objects.find_unsaved import FindUnsaved, Unsaved, looked_at
from snapkeep.services.objects.save_namespace import SaveNamespace
from snapkeep.services.objects.tell_unlisted import TellUnlisted

FUNCTION = "save_objects"


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
    """Saves what new runs have not saved yet."""

    deployment: Deployment
    clusters: ObjectClusters
    unsaved: FindUnsaved
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
        for policy in looked_at(cluster, self.deployment):
            part = f"objects of {policy}"
            with part_of_a_pass(f"{part} in {cluster}", report.given_up, part):
                self._policy(cluster, policy, opened, until, report)
        report.given_up = self.give_up.report(report.given_up, cluster, report.waiting)
        return report

    def _policy(
        self, cluster: str, policy: str, opened: list[OpenCluster], until: datetime, report: ObjectsReport
    ) -> None:
        """Save for a policy, then tell people which kinds its earlier records lack."""
        if policy == ON_DEMAND:
            self._each(self.unsaved.on_demand(cluster), opened, until, report)
            return
        newest = self.unsaved.of_policy(cluster, policy)
        if newest is None:
            report.waiting += self.unsaved.left(cluster, policy)
            return
        self._each(newest.unsaved, opened, until, report)
        waiting = {each.subject.namespace for each in newest.unsaved}
        self.unlisted.tell(cluster, policy, newest.records, waiting)

    def _each(
        self, wanted: Sequence[Unsaved], opened: list[OpenCluster], until: datetime, report: ObjectsReport
    ) -> None:
        for each in wanted:
            self._one(each, opened, until, report)

    def _one(self, each: Unsaved, opened: list[OpenCluster], until: datetime, report: ObjectsReport) -> None:
        subject = each.subject
        part = f"{subject.policy} {subject.namespace}"
        if self.clock() >= until:
            report.waiting.append(part)
            return
        with part_of_a_pass(f"objects of {part} in {subject.cluster}", report.given_up, part):
            here = self._open(subject.cluster, opened)
            self._save(here, each, report)

    def _save(self, here: OpenCluster, each: Unsaved, report: ObjectsReport) -> None:
        subject = each.subject
        try:
            made = self.saver.run(here.objects, here.chosen, subject, each.claims, each.policy)
        except NotFound:
            report.gone.append(subject.namespace)
        else:
            report.saved[f"{subject.run} {subject.namespace}"] = made.objects

    def _open(self, cluster: str, opened: list[OpenCluster]) -> OpenCluster:
        """The cluster, whose kinds are asked for once in a pass."""
        if not opened:
            objects = self.clusters.open(cluster)
            served = objects.served_kinds()
            opened.append(
                OpenCluster(objects, choose(served.kinds, self.deployment.custom_kinds, served.silent))
            )
        return opened[0]
