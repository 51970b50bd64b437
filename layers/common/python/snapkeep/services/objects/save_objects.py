"""Saves the objects beside the newest run of each policy that asks for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.errors import NotFound, SnapkeepError
from snapkeep.domain.objects.kinds import Chosen, choose
from snapkeep.domain.objects.manifests import Subject
from snapkeep.domain.policies import ON_DEMAND, Deployment
from snapkeep.ports.clock import Clock
from snapkeep.ports.objects import ObjectClusters, Objects, SavedObjects
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.objects.find_unsaved import FindUnsaved, Unsaved, looked_at
from snapkeep.services.objects.save_namespace import SaveNamespace
from snapkeep.services.objects.tell_unlisted import TellUnlisted

FUNCTION = "save_objects"

LEASE = timedelta(minutes=5)
"""No shorter than the function may run, so that no second pass replaces what a live one writes: S3 deletes a
replaced version after 30 days, even if a record names it."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ObjectsReport:
    """What one pass over a cluster saved: objects by run and namespace. `gone` are namespaces without
    anything to save, `waiting` those that it had no time for, that another pass is saving, or whose run is
    not the newest any more or has grown old: they wait for the next run."""

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
class Turn:
    """Who works in this pass, and until when it begins namespaces (aware UTC)."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SaveObjects:
    """Saves what new runs have not saved yet."""

    deployment: Deployment
    clusters: ObjectClusters
    unsaved: FindUnsaved
    saver: SaveNamespace
    saved: SavedObjects
    unlisted: TellUnlisted
    give_up: GiveUp
    clock: Clock

    def run(self, owner: str, until: datetime, only: str = "") -> list[ObjectsReport]:
        """One pass over all clusters, or `only` that one, in the name of `owner`. No namespace is begun after
        `until` (aware UTC)."""
        names = [each.name for each in self.deployment.clusters if only in ("", each.name)]
        return [self._cluster(name, Turn(owner, until)) for name in names]

    def _cluster(self, cluster: str, turn: Turn) -> ObjectsReport:
        report = ObjectsReport(cluster)
        opened: list[OpenCluster] = []
        for policy in looked_at(cluster, self.deployment):
            part = f"objects of {policy}"
            with part_of_a_pass(f"{part} in {cluster}", report.given_up, part):
                self._policy(cluster, policy, opened, turn, report)
        report.given_up = self.give_up.report(report.given_up, cluster, report.waiting)
        return report

    def _policy(
        self, cluster: str, policy: str, opened: list[OpenCluster], turn: Turn, report: ObjectsReport
    ) -> None:
        """Save for a policy, then tell people which kinds its earlier records lack."""
        if policy == ON_DEMAND:
            self._each(self.unsaved.on_demand(cluster), opened, turn, report)
            return
        newest = self.unsaved.of_policy(cluster, policy)
        if newest is None:
            report.waiting += self.unsaved.left(cluster, policy)
            return
        self._each(newest.unsaved, opened, turn, report)
        waiting = {each.subject.namespace for each in newest.unsaved}
        self.unlisted.tell(cluster, policy, newest.records, waiting)

    def _each(
        self, wanted: Sequence[Unsaved], opened: list[OpenCluster], turn: Turn, report: ObjectsReport
    ) -> None:
        for each in wanted:
            self._one(each, opened, turn, report)

    def _one(self, each: Unsaved, opened: list[OpenCluster], turn: Turn, report: ObjectsReport) -> None:
        subject = each.subject
        part = f"{subject.policy} {subject.namespace}"
        now = self.clock()
        with part_of_a_pass(f"objects of {part} in {subject.cluster}", report.given_up, part):
            if now >= turn.until or not self.saved.lease_saving(subject, turn.owner, now + LEASE, now):
                report.waiting.append(part)
                return
            try:
                self._save(self._open(subject.cluster, opened), each, report)
            finally:
                self._release(subject, turn.owner)

    def _release(self, subject: Subject, owner: str) -> None:
        """Release a lease. If that fails, it ends by itself."""
        try:
            self.saved.release_saving(subject, owner)
        except SnapkeepError as error:
            log.warning("the lease of %s in %s stays: %s", subject.namespace, subject.run, error.reason)

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
