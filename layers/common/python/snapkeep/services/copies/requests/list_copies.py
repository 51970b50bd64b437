"""Lists the copies of a cluster's points, from EC2 in the places and from the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord
from snapkeep.domain.copies.view.shown import (
    CopyPage,
    CopyQuery,
    ShownCopy,
    ShownState,
    of_record,
    shown_copies,
    with_record,
)
from snapkeep.domain.errors import NotFound, SnapkeepError, UnknownCluster
from snapkeep.domain.report.catalogue import read_cursor, write_cursor
from snapkeep.domain.retention.candidates import Protection
from snapkeep.ports.copies import CopyRecords, CopyRequests
from snapkeep.ports.ec2 import Regions
from snapkeep.services.copies.asking.known_copies import known_copies
from snapkeep.services.copies_there import copies_there


class ListWaiting(Protocol):
    """What is wanted and has not begun."""

    def run(self, place: Place, cluster: str, copies: Sequence[Copy]) -> Iterable[ShownCopy]:
        """What waits at a place, which has these copies of a cluster's points (of all clusters with "")."""


@dataclass(frozen=True, slots=True)
class ListCopies:
    """Reads these places; without any, it makes no call. `clusters` are those of the config, `regions_of` is
    EC2 as the copies in a place are listed."""

    clusters: Sequence[str]
    places: Sequence[Place]
    regions_of: Callable[[Place], Regions]
    records: CopyRecords
    requests: CopyRequests
    wanted: ListWaiting

    def page(self, cluster: str, wanted: CopyQuery, limit: int, cursor: str = "") -> CopyPage:
        """At most `limit` matching copies of a cluster's points, or of all clusters with "", by namespace and
        claim, newest data first.

        What rules want and what waits is among them, unless the copies of one point are meant. It costs a
        DescribeSnapshots call per thousand copies in each place, and what ListWaiting does. A place that does
        not answer is named in `unasked`. Raises BadCursor, NotFound for an unknown place, and UnknownCluster.
        """
        after = read_cursor(cluster, wanted, cursor)
        found: list[ShownCopy] = []
        unasked: list[str] = []
        for place in self._places(wanted.place):
            try:
                found += self._in_place(place, cluster, wanted)
            except SnapkeepError as error:
                unasked.append(f"{place.name} ({place.region}) did not answer: {error.reason}")
        if not (found or unasked) and cluster and cluster not in self.clusters:
            names = ", ".join(self.clusters)
            raise UnknownCluster(
                f"snapkeep.yaml names no cluster {cluster}, which has no copies; it names {names}"
            )
        rest = sorted(
            (copy for copy in found if wanted.admits(copy) and copy.position > after),
            key=lambda copy: copy.position,
        )
        more = write_cursor(cluster, wanted, rest[limit - 1].position) if len(rest) > limit else ""
        return CopyPage(tuple(self._complete(rest[:limit])), more, "; ".join(unasked))

    def _places(self, name: str) -> Sequence[Place]:
        """The places that are meant. Raises NotFound."""
        if not name:
            return self.places
        return (known_place(self.places, name),)

    def _in_place(self, place: Place, cluster: str, wanted: CopyQuery) -> list[ShownCopy]:
        """The copies in a place. Those in a vault belong to another account: only the journal knows them."""
        may_wait = wanted.state in (None, ShownState.WANTED) and not wanted.point
        if place.is_vault:
            known = list(self.records.copies_of(place.name, cluster))
            waiting = self.wanted.run(place, cluster, known_copies(place, known).copies) if may_wait else ()
            return [*map(of_record, known), *waiting]
        narrower = {
            tags.NAMESPACE: wanted.namespace,
            tags.CLAIM: wanted.claim,
            tags.POLICY: wanted.policy,
            tags.POINT: wanted.point,
        }
        copies = copies_there(
            self.regions_of(place), place, cluster, {key: text for key, text in narrower.items() if text}
        )
        records = [record for record in self._unsettled(place) if cluster in ("", record.cluster)]
        waiting = self.wanted.run(place, cluster, copies) if may_wait else ()
        return [*shown_copies(place.region, copies, records), *waiting]

    def _unsettled(self, place: Place) -> Iterator[CopyRecord]:
        """The records of copies that are not ready."""
        yield from self.requests.cancelled_copies(place.name)
        yield from self.records.failed_copies(place.name)
        yield from self.requests.asked_copies(place.name)
        yield from self.records.open_copies(place.name)

    def _complete(self, page: Sequence[ShownCopy]) -> Iterator[ShownCopy]:
        """The same copies with their locks, and with what the journal knows of ready ones."""
        records: dict[tuple[str, str, str], CopyRecord] = {}
        locks: dict[str, tuple[Protection, ...]] = {}
        for place in self.places:
            here = [copy for copy in page if copy.place == place.name and copy.snapshot_id]
            if here and not place.is_vault:
                points = [(copy.cluster, copy.point_id) for copy in here]
                found = self.records.copies(place.name, points)
                records |= {(place.name, *point): record for point, record in found.items()}
                snapshots = self.regions_of(place).snapshots(place.region)
                locks |= snapshots.protections([each.snapshot_id for each in here])
        for copy in page:
            record = records.get((copy.place, copy.cluster, copy.point_id))
            told = with_record(copy, record) if record and record.snapshot_id == copy.snapshot_id else copy
            yield replace(told, protections=(*copy.protections, *locks.get(copy.snapshot_id, ())))


def known_place(places: Sequence[Place], name: str) -> Place:
    """The place of that name. Raises NotFound."""
    found = next((place for place in places if place.name == name), None)
    if found is None:
        names = ", ".join(known.name for known in places)
        there = f"its places are {names}" if names else "it has no places, so nothing is copied"
        raise NotFound(f"snapkeep.yaml names no place {name}: {there}")
    return found
