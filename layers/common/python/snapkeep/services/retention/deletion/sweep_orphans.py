"""Sweeps orphans: compares EC2, Kubernetes and the journal, and reports what belongs to no backup.

It deletes only if the config allows it (`orphans: delete`), after checking each orphan again, and under the
same brake as prune.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain.errors import PermanentError, SnapkeepError
from snapkeep.domain.messages import PruneRequest
from snapkeep.domain.policies import Deployment
from snapkeep.domain.retention.deletion.brake_refusals import unknown_token
from snapkeep.domain.retention.deletion.deletions import Deletion, PlannedDeletion
from snapkeep.domain.retention.deletion.orphans import (
    ClusterSnapshots,
    Orphan,
    OrphanKind,
)
from snapkeep.domain.retention.prune_plans import RefusedDeletions
from snapkeep.domain.retention.snapshot_tags import IN_BIN
from snapkeep.domain.sizes import gib
from snapkeep.ports.clock import Clock
from snapkeep.ports.deletions import Deletions
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.kubernetes import Clusters
from snapkeep.ports.news import RetentionNews
from snapkeep.ports.prunes import Prunes, Refusals
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.retention.deletion.brake_sweep import LATE, OBJECTS, BrakeSweep, group_of
from snapkeep.services.retention.deletion.delete import Deleted, DeletePoints, DeletionOutcome
from snapkeep.services.retention.deletion.find_orphans import ClusterObjects, FindOrphans
from snapkeep.services.retention.deletion.tell_refusals import TellRefusals
from snapkeep.services.retention.report import shown
from snapkeep.services.retention.snapshot_objects import Objects, open_objects

log = logging.getLogger(__name__)

TIME = timedelta(minutes=8)
"""After this time no deletion is begun; the next sweep continues."""

SNAPSHOT_PREFIX = "snap-"
"""The prefix of EC2's snapshot ids; VolumeSnapshots are named `namespace/name`."""

SHOWN = 50
"""How many orphans the response and the event name; the log has them all."""


@dataclass(slots=True)
class OrphanReport:
    """What was found in one cluster ("" for snapshots of no configured cluster) and done about it; lists are
    cut.

    `gib` and `dollars_a_month` are upper bounds: snapshots are billed by what they store.
    """

    cluster: str
    dry_run: bool = False
    refused: str = ""
    refusals: list[RefusedDeletions] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    gib: int = 0
    dollars_a_month: float = 0.0
    orphans: list[Orphan] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepOrphans:
    """Sweeps the clusters of the deployment.

    `deleter` returns the service that deletes the late snapshots of a cluster with these objects.
    `snapshots` are those of all deployments, so that two deployments serving one cluster are reported.
    """

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    deletions: Deletions
    prunes: Prunes
    refusals: Refusals
    finder: FindOrphans
    tell_refusals: TellRefusals
    give_up: GiveUp
    announcer: RetentionNews
    clock: Clock
    deleter: Callable[[str, Objects], DeletePoints]

    def run(self, request: PruneRequest) -> list[OrphanReport]:
        """Sweep one cluster or all. Trouble in one is in its report and never stops the others.

        If EC2's listing is incomplete, nothing is swept, because snapshots that it did not show may exist.
        """
        reports = self._run(request)
        if not request.dry_run:
            for report in reports:
                report.given_up = self.give_up.report(report.given_up, report.cluster)
        return reports

    def _run(self, request: PruneRequest) -> list[OrphanReport]:
        try:
            seen = self.finder.listed()
        except SnapkeepError as error:
            refused = f"EC2 could not be listed: {error.reason}"
            return [OrphanReport(request.cluster, refused=refused, given_up={"list": refused})]
        reports = []
        for name, census in seen.clusters.items():
            if request.cluster in ("", name):
                report = OrphanReport(name, request.dry_run)
                with _swept(report):
                    self._sweep(census, seen.ids, request, report)
                reports.append(report)
        strangers = list(seen.strangers.orphans())
        if strangers and not request.cluster:
            report = OrphanReport("", request.dry_run)
            with _swept(report):
                self._tell(report, strangers)
            reports.append(report)
        return reports

    def _sweep(
        self,
        census: ClusterSnapshots,
        ids: set[str],
        request: PruneRequest,
        report: OrphanReport,
    ) -> None:
        seen = self.finder.objects(census)
        if seen.note:
            report.notes.append(seen.note)
            report.given_up |= {"objects": seen.note} if seen.failed else {}
        found = list(self.finder.find(census, ids, seen))
        self._tell(report, found)
        hidden = self.give_up.unreadable_records()
        if hidden:
            report.given_up |= hidden
            report.refused = f"nothing is deleted: {len(hidden)} records of the journal cannot be read"
            return
        self._delete(census, seen, found, request, report)
        if not request.dry_run:
            self.prunes.write_last_sweep(census.cluster, self.clock())

    def _tell(self, report: OrphanReport, found: Sequence[Orphan]) -> None:
        """Record the orphans in the report, the log and an event."""
        report.counts = dict(Counter(orphan.kind.value for orphan in found))
        report.orphans = list(found[:SHOWN])
        stored = [orphan for orphan in found if orphan.kind is not OrphanKind.LOST_POINT]
        report.gib = sum(gib(orphan.size_bytes) for orphan in stored)
        report.dollars_a_month = round(sum(orphan.dollars_a_month for orphan in stored), 2)
        for orphan in found:
            log.info("orphan of %s: %s %s: %s", report.cluster, orphan.kind, orphan.name, orphan.reason)
        if found and not report.dry_run:
            self.announcer.orphans_found(
                report.cluster, report.counts, report.dollars_a_month, report.orphans
            )

    def _delete(
        self,
        census: ClusterSnapshots,
        seen: ClusterObjects,
        found: Sequence[Orphan],
        request: PruneRequest,
        report: OrphanReport,
    ) -> None:
        cluster = census.cluster
        going = [orphan for orphan in found if orphan.deletable]
        if not self.deployment.delete_orphans:
            return
        brake = BrakeSweep(self.refusals, cluster, self.clock())
        gone = set(self._gone(brake.held(), census, seen))
        totals = {LATE: census.count, OBJECTS: len(seen.contents) + len(seen.snapshots)}
        braked = brake.apply(going, totals, gone, request.confirm, rehearse=request.dry_run)
        report.refusals = [shown(item) for item in braked.refusals]
        if request.confirm and not braked.confirmed:
            report.refused = unknown_token(request.confirm, braked.refusals)
        if request.dry_run:
            return
        self.tell_refusals.tell(braked.refusals)
        if report.refused:
            return
        for orphan in braked.allowed:
            if seen.cluster is not None and group_of(orphan) == OBJECTS:
                report.ended.append((orphan.name, self._remove(seen, orphan, report)))
        late = [orphan for orphan in braked.allowed if group_of(orphan) == LATE]
        for item in self._delete_late(cluster, late):
            report.ended.append((item.snapshot_id, item.reason))  # those before a throttle also happened
            if item.fate is DeletionOutcome.REFUSED:
                report.given_up[f"orphan {item.snapshot_id}"] = item.reason
        brake.close(braked.confirmed)

    def _gone(
        self, refused: Collection[str], census: ClusterSnapshots, seen: ClusterObjects
    ) -> Iterator[str]:
        """The refused orphans that no longer exist; objects that could not be listed count as existing."""
        objects = {item.name for item in seen.contents} | {str(item) for item in seen.snapshots}
        snapshots = [name for name in refused if name.startswith(SNAPSHOT_PREFIX) and "/" not in name]
        found = self.snapshots.get_many(sorted(snapshots))
        for name in snapshots:
            if name not in found or found[name].state in IN_BIN:
                yield name
        if seen.cluster is not None:
            yield from (name for name in refused if name not in objects and name not in snapshots)

    def _remove(self, seen: ClusterObjects, orphan: Orphan, report: OrphanReport) -> str:
        """Delete a VolumeSnapshot or a content (after its VolumeSnapshot); returns the outcome in words."""
        assert seen.cluster is not None
        try:
            if orphan.kind is OrphanKind.VOLUME_SNAPSHOT:
                listed = next(item for item in seen.snapshots if str(item) == orphan.name)
                seen.cluster.delete_volume_snapshot(listed.namespace, listed.name, listed.uid)
                return "deleted"
            content = next(item for item in seen.contents if item.name == orphan.name)
            ours = {(item.namespace, item.name): item.uid for item in seen.snapshots}
            pair = (content.namespace, content.volume_snapshot)
            if pair in ours or content.volume_snapshot == content.name:
                seen.cluster.delete_volume_snapshot(*pair, ours.get(pair, ""))
            seen.cluster.delete_snapshot_content(content.name, content.uid)
            return "deleted"
        except SnapkeepError as error:
            if isinstance(error, PermanentError):
                report.given_up[f"orphan {orphan.name}"] = error.reason
            return f"kept for now: {error.reason}"

    def _delete_late(self, cluster: str, late: Sequence[Orphan]) -> Iterator[Deleted]:
        """Delete late snapshots as prune deletes points: journaled and shielded; held and locked ones
        stay.
        """
        now = self.clock()
        begun = self.deletions.intend_deletions(
            [Deletion(orphan.name, cluster, orphan.reason, now) for orphan in late]
        )
        deleter = self.deleter(cluster, open_objects(self.clusters, cluster))
        wanted = [
            PlannedDeletion(item.name, item.reason, item.shield) for item in late if item.name not in begun
        ]
        yield from deleter.run(wanted, now + TIME)


@contextmanager
def _swept(report: OrphanReport) -> Iterator[None]:
    """Sweep one cluster: trouble with it is in its report and never stops the others."""
    subject = f"sweep of {report.cluster or 'what belongs to no cluster'}"
    means = "stopped, nothing more is swept of this cluster: "
    with part_of_a_pass(subject, report.given_up, "sweep", means):
        yield
    report.refused = report.given_up.get("sweep", report.refused)
