"""Finds the copies in the deployment's Region, whatever deployment made them: by their tags alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from snapkeep.domain import tags
from snapkeep.domain.copies import tags as copy_tags
from snapkeep.domain.copies.tags import found_by
from snapkeep.domain.errors import Invalid, NotFound
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.report.catalogue import (
    Entry,
    Page,
    PointQuery,
    read_cursor,
    sort_entries,
    write_cursor,
)
from snapkeep.domain.restore.copied_points import origins, point_of_copy
from snapkeep.domain.restore.points import PointFacts, newest_of
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.unreadable_copies import left_out
from snapkeep.ports.ec2 import Snapshots


@dataclass(frozen=True, slots=True)
class FindCopies:
    """Reads copies; `snapshots` shows those of every deployment in the account."""

    deployment: Deployment
    snapshots: Snapshots

    def point(self, request: RestoreRequest) -> PointFacts:
        """The copy that a request with `from_place` means: by its point's id, or the newest ready one of the
        claim, at or before the requested time.

        Raises Invalid where the deployment does not adopt copies or several clusters fit, and NotFound.
        """
        found = self._by_id(request) if request.point_id else self._by_claim(request)
        unreadable = self.unreadable(request.from_place, found.cluster if found else request.source_cluster)
        if found is None:
            missing = self._missing(request)
            raise NotFound(f"{missing}. In {request.from_place} {unreadable}" if unreadable else missing)
        return replace(found, unreadable=unreadable)

    def unreadable(self, place: str, cluster: str) -> str:
        """Which copies in a place cannot be read, of one cluster unless that is "", and why; "" for none."""
        return left_out(self.snapshots.find(found_by(place) | ({tags.CLUSTER: cluster} if cluster else {})))

    def of_place(self, place: str, **named: str) -> list[PointFacts]:
        """All copies in a place with these values of `snapkeep:` tags ("" for any), in no order.

        Raises Invalid where the deployment does not adopt copies.
        """
        self._must_adopt()
        wanted = found_by(place)
        wanted |= {f"snapkeep:{key.replace('_', '-')}": value for key, value in named.items() if value}
        return list(self._read(wanted))

    def page(self, place: str, cluster: str, wanted: PointQuery, limit: int, cursor: str = "") -> Page:
        """At most `limit` matching copies in a place by namespace and claim, newest first; of all clusters
        when `cluster` is "". The first page says which copies cannot be read.

        Raises BadCursor, Invalid where the deployment does not adopt copies, and NotFound when the place
        holds none at all: its name may be wrong.
        """
        name = f"{cluster}@{place}"
        after = read_cursor(name, wanted, cursor)
        named = {"cluster": cluster, "namespace": wanted.namespace, "claim": wanted.claim}
        found = self.of_place(place, policy=wanted.policy, **named)
        if not found:
            self._must_hold_some(place)
        listed = {entry: point for point in found if (entry := _entry(point)) is not None}
        following = [entry for entry in sort_entries(listed) if entry.place > after and wanted.admits(entry)]
        left = [listed[entry] for entry in following if wanted.state in (None, listed[entry].state)]
        page = tuple(left[:limit])
        unreadable = "" if cursor else self.unreadable(place, cluster)
        if len(left) <= limit:
            return Page(page, unreadable=unreadable)
        last = _entry(page[-1])
        return Page(page, write_cursor(name, wanted, last.place if last else ""), unreadable)

    def _by_id(self, request: RestoreRequest) -> PointFacts | None:
        """The copy of that point in any state, if it is from where the request says; of two, a ready one."""
        found = self.of_place(
            request.from_place,
            point=request.point_id,
            cluster=request.source_cluster,
            namespace=request.source_namespace,
        )
        return max(
            found,
            key=lambda point: (point.state is PointState.READY, not point.archived, point.snapshot_id),
            default=None,
        )

    def _by_claim(self, request: RestoreRequest) -> PointFacts | None:
        found = self.of_place(
            request.from_place,
            cluster=request.source_cluster,
            namespace=request.source_namespace or request.namespace,
            claim=request.claim,
        )
        self._refuse_several(request, found)
        chosen = newest_of((point for point in found if point.state is PointState.READY), request.at)
        newest = newest_of(found, request.at)
        if chosen is None or newest is None or newest.started_at <= chosen.started_at:
            return chosen
        if newest.state is PointState.READY:
            return chosen  # an archived one, which is named already
        return replace(chosen, newer_not_ready=f"the copy of {newest.id}, which is {newest.state},")

    def _read(self, wanted: dict[str, str]) -> Iterator[PointFacts]:
        for snapshot in self.snapshots.find(wanted):
            point = point_of_copy(snapshot, self.deployment.clusters[0].region)
            if point is not None:
                yield point

    def _must_adopt(self) -> None:
        if not self.deployment.adopt:
            raise Invalid(
                "this deployment reads no copies. To restore from a place, use a deployment in the place's "
                "Region whose snapkeep.yaml says adopt: true"
            )

    def _must_hold_some(self, place: str) -> None:
        """Raise NotFound for a place without any copy, naming those that have some."""
        places = sorted({point.place for point in self._read({tags.MANAGED: copy_tags.COPY})})
        if place not in places:
            region = self.deployment.clusters[0].region
            raise NotFound(
                f"there are no copies of place {place} in {region}; places with copies there: "
                f"{', '.join(places) or 'none'}"
            )

    def _refuse_several(self, request: RestoreRequest, copies: Sequence[PointFacts]) -> None:
        """Raise Invalid when claims of several clusters have that name: one of them is meant, and maybe one
        whose copies are not ready."""
        found = origins(copies)
        if len(found) < 2:
            return
        names = sorted({cluster for cluster, _ in found})
        listed = ", ".join(f"{cluster} ({whence})" for cluster, whence in found)
        how = (
            f"give --from-cluster {' or '.join(names)}"
            if len(names) > 1
            else "give the id of a recovery point, as `snapkeep get points --from-place` lists them"
        )
        raise Invalid(f"{_claim(request)} was copied to {request.from_place} from {listed}: {how}")

    def _missing(self, request: RestoreRequest) -> str:
        """Why nothing fits, and what is there instead."""
        place, region = request.from_place, self.deployment.clusters[0].region
        whose = f" of cluster {request.source_cluster}" if request.source_cluster else ""
        if request.point_id:
            of = f" of namespace {request.source_namespace}" if request.source_namespace else ""
            return (
                f"place {place} has no copy of recovery point {request.point_id}{of}{whose} in {region}: "
                f"`snapkeep get points --from-place {place}` lists those it has"
            )
        until = f" at or before {request.at:%Y-%m-%d %H:%M:%S} UTC" if request.at else ""
        return (
            f"place {place} has no ready copy of {_claim(request)}{whose}{until} in {region}: "
            f"`snapkeep get points --from-place {place}` lists those it has"
        )


def _entry(point: PointFacts) -> Entry | None:
    """The copy's place in a list; None without a slot, which every copy has."""
    if point.slot is None:
        return None
    return Entry(point.namespace, point.claim, point.slot, point.id, point.snapshot_id, point.policy)


def _claim(request: RestoreRequest) -> str:
    return f"claim {request.source_namespace or request.namespace}/{request.claim}"
