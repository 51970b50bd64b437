"""Plans a restore: finds the point by its tags and reads the target; creates nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from snapkeep.domain import tags
from snapkeep.domain.errors import ClusterUnreachable, ForeignSource, NotFound, SnapkeepError
from snapkeep.domain.naming import is_name
from snapkeep.domain.points import PointState, Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.proof.checks import Verdict
from snapkeep.domain.restore.plans import RestorePlan, plan, plan_unasked
from snapkeep.domain.restore.points import PointFacts, newest_of, point_in_bin, point_of
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.ports.checks import Suspicions
from snapkeep.ports.ec2 import Keys, Snapshots
from snapkeep.ports.kubernetes import Clusters, RestoreObjects, SnapshotObjects
from snapkeep.ports.points import Points
from snapkeep.services.find_volumes import FindVolumes
from snapkeep.services.restore.find_copies import FindCopies

Ready = tuple[PointFacts, Snapshot]


@dataclass(frozen=True, slots=True)
class PlanRestore:
    """Gathers the facts for a restore and runs the pre-flight."""

    deployment: Deployment
    clusters: Clusters
    snapshots: Snapshots
    points: Points
    keys: Keys
    copies: FindCopies
    suspicions: Suspicions

    def plan(self, request: RestoreRequest) -> RestorePlan:
        """The plan with all findings.

        Raises UnknownCluster when the cluster is not in the config, NotFound when no such recovery point
        exists, Invalid when it is not clear which copy is meant, ForeignSource when it belongs to others and
        the request may only use its own, and TemporaryError when EC2 or the cluster does not answer. A dry
        run of a cluster that does not answer is refused with what is known without it.
        """
        known = self.deployment.known_cluster(request.cluster)
        point = self._point(request, known.region)
        _refuse_foreign(request, point)
        try:
            return plan(request, *self.facts(request, point))
        except ClusterUnreachable as error:
            if request.dry_run:
                return plan_unasked(request, point, known.region, error.reason)
            raise ClusterUnreachable(
                f"{error.reason}. Recovery point {point.id} ({point.snapshot_id}) is "
                f"{point.state.public.value}; nothing was created, because the target could not be checked"
            ) from error

    def facts(self, request: RestoreRequest, point: PointFacts) -> tuple[PointFacts, TargetFacts]:
        """The point as the cluster and KMS see it, and the target. Raises what `plan` raises."""
        region = self.deployment.known_cluster(request.cluster).region
        point = replace(point, suspicious=self._suspicious(point))
        if point.key:
            point = replace(point, kms_trouble=self.keys.trouble(point.key))
        cluster = self.clusters.open(request.cluster)
        return self._seen(point, request, cluster), self._target(request, cluster, region)

    def _suspicious(self, point: PointFacts) -> str:
        """What a check found in a point that nobody has accepted, "" for nothing. A journal that does not say
        stops no restore."""
        if point.place:
            return "so its tag snapkeep:checked says" if point.checked == Verdict.SUSPICIOUS else ""
        try:
            found = self.suspicions.suspicions(point.cluster)
        except SnapkeepError:
            return ""
        for each in found:
            if each.subject.snapshot_id == point.snapshot_id:
                good = f"; {each.good} is the last good point before it" if each.good else ""
                return each.reason + good
        return ""

    def _target(self, request: RestoreRequest, cluster: RestoreObjects, region: str) -> TargetFacts:
        """The target of the restore. A namespace with an invalid name cannot exist, and must not become part
        of a path."""
        if not is_name(request.namespace):
            return TargetFacts(region=region, namespace_phase="")
        return cluster.restore_target(request.namespace, request.target, region)

    def _point(self, request: RestoreRequest, region: str) -> PointFacts:
        if request.from_place:
            return self.copies.point(request)
        found = self._by_id(request, region) if request.point_id else self._by_claim(request, region)
        if found is None:
            raise NotFound(_missing(request))
        return found

    def _by_id(self, request: RestoreRequest, region: str) -> PointFacts | None:
        """The point of that id in any state; a ready snapshot is preferred."""
        for key in (tags.POINT, tags.SNAPSHOT_NAME):
            listed = self.snapshots.find({tags.MANAGED: "true", key: request.point_id})
            named = [item for item in listed if _counted(item, region) is not None]
            own = FindVolumes(self.snapshots, self.points).own(request.point_id, named)
            points = [point for item in own if (point := _counted(item, region)) is not None]
            if points:
                return max(points, key=lambda point: (point.state is PointState.READY, point.snapshot_id))
        return self._in_bin(request, region)

    def _in_bin(self, request: RestoreRequest, region: str) -> PointFacts | None:
        """The point if its snapshot is in the Recycle Bin, which EC2's listings omit; the journal knows the
        snapshot id."""
        known = self.points.find_point(request.point_id)
        if known is None or not known.snapshot_id or not self.snapshots.in_bin(known.snapshot_id):
            return None
        return point_in_bin(known, region)

    def _by_claim(self, request: RestoreRequest, region: str) -> PointFacts | None:
        """The newest ready point of the claim, at or before the requested time."""
        wanted = {
            tags.MANAGED: "true",
            tags.CLUSTER: request.source_cluster or request.cluster,
            tags.NAMESPACE: request.source_namespace or request.namespace,
            tags.CLAIM: request.claim,
        }
        listed = [
            (point, item)
            for item in self.snapshots.find(wanted)
            if (point := _counted(item, region)) is not None and point.state is PointState.READY
        ]
        return newest_of((point for point, _ in self._of_own_volume(listed)), request.at)

    def _of_own_volume(self, ready: Sequence[Ready]) -> Iterator[Ready]:
        """The points taken from the volume of the claim that they name."""
        by_claim: dict[str, list[Ready]] = defaultdict(list)
        for item in ready:
            by_claim[item[0].claim_uid].append(item)
        for uid, some in by_claim.items():
            volumes = {snapshot.volume_id for _, snapshot in some}
            if len(volumes) > 1:
                finder = FindVolumes(self.snapshots, self.points)
                volumes = {finder.best(some[0][0].cluster, uid, [snapshot for _, snapshot in some])}
            yield from (item for item in some if item[1].volume_id in volumes)

    def _seen(self, point: PointFacts, request: RestoreRequest, cluster: SnapshotObjects) -> PointFacts:
        """The point with the facts of its VolumeSnapshot, if that is in the same cluster; a copy has none."""
        if point.cluster != request.cluster or point.place:
            return point
        found = cluster.volume_snapshot(point.namespace, point.object_name)
        if found is None or found.snapshot_id != point.snapshot_id:
            return point
        return replace(
            point,
            restore_size_bytes=found.restore_size_bytes,
            volume_snapshot=found.name if found.ready else "",
            snapshot_driver=found.driver,
        )


def _counted(snapshot: Snapshot, region: str) -> PointFacts | None:
    """The point of a snapshot; None for a duplicate."""
    return None if tags.DUPLICATE in snapshot.tags else point_of(snapshot, region)


def _refuse_foreign(request: RestoreRequest, point: PointFacts) -> None:
    """Raise ForeignSource for a foreign point, without disclosing anything else about it."""
    if request.own_points_only and (point.cluster, point.namespace) != (request.cluster, request.namespace):
        raise ForeignSource(
            f"the requested recovery point does not belong to namespace {request.namespace} of cluster "
            f"{request.cluster}: restoring others' points needs POST /v1/clusters/{request.cluster}/restores"
        )


def _missing(request: RestoreRequest) -> str:
    if request.point_id:
        return f"there is no recovery point {request.point_id}: `snapkeep get points` lists the existing ones"
    source = f"{request.source_namespace or request.namespace}/{request.claim}"
    cluster = request.source_cluster or request.cluster
    until = f" at or before {request.at:%Y-%m-%d %H:%M:%S} UTC" if request.at else ""
    return f"claim {source} of cluster {cluster} has no ready recovery point{until}"
