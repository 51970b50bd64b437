"""Lists recovery points: a page costs a bounded number of calls, whatever the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.errors import NotFound, UnknownCluster
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.catalogue import (
    Entry,
    Page,
    PointQuery,
    ShownPoint,
    entry_of,
    read_cursor,
    sort_entries,
    write_cursor,
)
from snapkeep.domain.restore.points import PointFacts, point_of
from snapkeep.ports.catalogue import Catalogue
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.restores import Holds

CHUNK = 200
"""Entries read, and snapshots described, by one call each; EC2 takes 200 values of a filter."""

CHUNKS = 10
"""The most chunks that one page reads: filters may make the page short, and its cursor continues."""


@dataclass(frozen=True, slots=True)
class ListPoints:
    """Reads the catalogue, and the present state of its points from EC2."""

    deployment: Deployment
    snapshots: Snapshots
    catalogue: Catalogue
    holds: Holds

    def page(self, cluster: str, wanted: PointQuery, limit: int, cursor: str = "") -> Page:
        """At most `limit` matching points by namespace and claim, newest first, of any cluster that has
        points.

        A cluster whose catalogue was never complete (a new one, a lost journal) is listed from EC2's tags.
        Raises BadCursor, and UnknownCluster for a cluster without points that the config does not name.
        """
        after = read_cursor(cluster, wanted, cursor)
        if self.catalogue.catalogue_complete_since(cluster) is None:
            return self._page_of_all(cluster, wanted, limit, after)
        points: list[PointFacts] = []
        for _ in range(CHUNKS):
            entries = self.catalogue.entries(cluster, wanted.prefix, after, CHUNK)
            for entry, point in self._look(cluster, wanted, entries):
                if len(points) == limit:
                    return Page(tuple(points), write_cursor(cluster, wanted, after))
                points.append(point)
                after = entry.place
            if len(entries) < CHUNK:
                return Page(tuple(points))
            after = entries[-1].place
        return Page(tuple(points), write_cursor(cluster, wanted, after))

    def show(self, cluster: str, namespace: str, point_id: str) -> ShownPoint:
        """One point of a cluster (and of a namespace, unless that is ""). Raises NotFound."""
        for key in (tags.POINT, tags.SNAPSHOT_NAME):
            listed = self.snapshots.find({tags.MANAGED: "true", tags.CLUSTER: cluster, key: point_id})
            found = [item for item in listed if tags.DUPLICATE not in item.tags]
            for snapshot in sorted(found, key=lambda item: (item.state != "completed", item.id)):
                point = point_of(snapshot, self._region(cluster))
                if point and point.id == point_id and namespace in ("", point.namespace):
                    holds = self.holds.holds(snapshot.id)
                    return ShownPoint(point, [hold for hold in holds if not hold.lifted_at])
        place = f"namespace {namespace} of cluster {cluster}" if namespace else f"cluster {cluster}"
        raise NotFound(
            f"{place} has no recovery point {point_id}: `snapkeep get points` lists the existing ones"
        )

    def _look(
        self, cluster: str, wanted: PointQuery, entries: Sequence[Entry]
    ) -> list[tuple[Entry, PointFacts]]:
        """The matching entries as EC2 shows them now; snapshots that EC2 no longer has are omitted."""
        admitted = [entry for entry in entries if wanted.admits(entry)]
        seen = self.snapshots.get_many([entry.snapshot_id for entry in admitted]) if admitted else {}
        return [
            (entry, point)
            for entry in admitted
            if (snapshot := seen.get(entry.snapshot_id)) is not None
            and (point := self._wanted_point(cluster, wanted, snapshot)) is not None
        ]

    def _wanted_point(self, cluster: str, wanted: PointQuery, snapshot: Snapshot) -> PointFacts | None:
        point = point_of(snapshot, self._region(cluster))
        if point is None or (point.cluster, tags.DUPLICATE in snapshot.tags) != (cluster, False):
            return None
        return point if wanted.state in (None, point.state) else None

    def _page_of_all(self, cluster: str, wanted: PointQuery, limit: int, after: str) -> Page:
        """The same page from a listing of all snapshots."""
        narrower = {tags.NAMESPACE: wanted.namespace, tags.CLAIM: wanted.claim, tags.POLICY: wanted.policy}
        asked = {tags.MANAGED: "true", tags.CLUSTER: cluster} | {k: v for k, v in narrower.items() if v}
        listed = {
            entry: snapshot
            for snapshot in self.snapshots.find(asked)
            if (entry := entry_of(snapshot)) is not None
        }
        if not listed and self.deployment.cluster(cluster) is None:
            raise self._unknown(cluster)
        points: list[PointFacts] = []
        for entry in sort_entries(entry for entry in listed if wanted.admits(entry) and entry.place > after):
            point = self._wanted_point(cluster, wanted, listed[entry])
            if point is None:
                continue
            if len(points) == limit:
                return Page(tuple(points), write_cursor(cluster, wanted, after))
            points.append(point)
            after = entry.place
        return Page(tuple(points))

    def _region(self, cluster: str) -> str:
        known = self.deployment.cluster(cluster)
        return known.region if known else ""

    def _unknown(self, cluster: str) -> UnknownCluster:
        if self.deployment.vault:
            return UnknownCluster(self.deployment.vault.names_no(cluster))
        names = ", ".join(known.name for known in self.deployment.clusters)
        return UnknownCluster(
            f"snapkeep.yaml names no cluster {cluster} and it has no recovery points; it names {names}"
        )
