"""Copies that people ask for and cancel: checked, journaled, and carried out by the next turn at the place.

Whoever works on the place holds its lease, which a request does not wait for: a record that somebody wrote
meanwhile is not written over.
"""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.copies.copies import Copy, CopyState, Source, read_source
from snapkeep.domain.copies.places import Place
from snapkeep.domain.copies.records import CopyRecord, CopyStage, new_record
from snapkeep.domain.copies.view.asked import (
    AskedCopy,
    Outcome,
    asking_policy,
    check_place,
    check_point,
    check_reach,
    what_keeps,
)
from snapkeep.domain.copies.view.shown import ShownCopy, of_copy, of_record
from snapkeep.domain.errors import CopyRefused, NotFound
from snapkeep.domain.points import Snapshot
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.points import PointFacts
from snapkeep.ports.clock import Clock
from snapkeep.ports.copies import CopyRecords, CopyRequests
from snapkeep.ports.ec2 import Keys, Regions, Snapshots
from snapkeep.services.copies.requests.list_copies import known_place
from snapkeep.services.copies_there import copies_there
from snapkeep.services.report.list_points import ListPoints


@dataclass(frozen=True, slots=True)
class RequestCopies:
    """Asks for copies and cancels them; `snapshots` are those of the home Region, `everybodys` those of every
    deployment there."""

    deployment: Deployment
    snapshots: Snapshots
    everybodys: Snapshots
    points: ListPoints
    regions: Regions
    keys: Keys
    records: CopyRecords
    requests: CopyRequests
    clock: Clock

    def ask(self, cluster: str, namespace: str, point_id: str, to: str, by: str) -> AskedCopy:
        """Ask for the copy of a ready point of a cluster (and a namespace, unless "") in a place.

        To ask again changes nothing. Raises NotFound for an unknown place or point, CopyRefused for what
        cannot be copied, and TemporaryError when somebody else writes the record meanwhile.
        """
        place = known_place(self.deployment.places, to)
        check_reach(place)
        point = self._point(cluster, namespace, point_id)
        kept = self._kept(place, point)
        copy, record = self._known(place, cluster, point_id)
        if copy and copy.is_good:
            return AskedCopy(Outcome.THERE, of_copy(place.region, copy, None), kept)
        if copy or (record and record.stage.is_open):
            if record and record.cancelled_by:
                record = self.requests.request_copy(record.asked(by, self.clock()))
            return AskedCopy(Outcome.IN_PROGRESS, _shown(place, copy, record), kept)
        if record and record.stage is CopyStage.WAITING and record.asked_by:
            return AskedCopy(Outcome.ASKED, of_record(record), kept)
        source = self._checked(place, point)
        record = record.in_region(place.region) if record else self._new(place, source)
        asked = self.requests.request_copy(record.asked(by, self.clock()))
        return AskedCopy(Outcome.ASKED, of_record(asked), kept)

    def cancel(self, cluster: str, namespace: str, point_id: str, to: str, by: str) -> ShownCopy:
        """Cancel the copy of a point; the rules do not want it again. To cancel again changes nothing.

        One that waits is dropped; the snapshot of one in progress is marked by the next turn and deleted.
        Raises NotFound, CopyRefused for one that is complete or locked, and TemporaryError as `ask` does.
        """
        place = known_place(self.deployment.places, to)
        check_reach(place)
        copy, record = self._known(place, cluster, point_id)
        if record is None:
            record = self._new(place, copy.source if copy else self._source(cluster, namespace, point_id))
        if namespace not in ("", record.namespace):
            raise NotFound(f"namespace {namespace} of cluster {cluster} has no copy of {point_id} in {to}")
        if not record.cancelled_by:
            self._check_cancellable(place, copy, record)
            record = self.requests.request_copy(record.cancelled(by, self.clock()))
        return _shown(place, copy, record)

    def _known(self, place: Place, cluster: str, point_id: str) -> tuple[Copy | None, CopyRecord | None]:
        """The copy that stands for a point in a place, a complete one first, and the point's record there."""
        copies = copies_there(self.regions, place, cluster, {tags.POINT: point_id})
        standing = sorted((copy for copy in copies if copy.is_there), key=lambda copy: not copy.is_good)
        record = self.records.copies(place.name, [(cluster, point_id)]).get((cluster, point_id))
        return next(iter(standing), None), record

    def _kept(self, place: Place, point: PointFacts) -> str:
        """What keeps the copy of a point in a place, in a sentence."""
        lineage = {tags.CLAIM_UID: point.claim_uid, tags.POLICY: point.policy}
        copies = copies_there(self.regions, place, point.cluster, lineage)
        others = [copy.taken for copy in copies if copy.is_good and copy.point_id != point.id]
        return what_keeps(self.deployment, place.name, point, others, self.clock())

    def _point(self, cluster: str, namespace: str, point_id: str) -> PointFacts:
        """A point of this deployment. Raises NotFound, and CopyRefused for another deployment's."""
        try:
            return self.points.show(cluster, namespace, point_id).point
        except NotFound:
            wanted = {tags.MANAGED: "true", tags.CLUSTER: cluster, tags.POINT: point_id}
            for snapshot in self.everybodys.find(wanted | ({tags.NAMESPACE: namespace} if namespace else {})):
                owner = snapshot.tags.get(tags.DEPLOYMENT, "")
                raise CopyRefused(
                    f"{point_id} belongs to deployment {owner}, and this one is {self.deployment.name}",
                    f"ask the API of deployment {owner} for the copy",
                ) from None
            raise

    def _source(self, cluster: str, namespace: str, point_id: str) -> Source:
        """A point as something to copy. Raises NotFound, and CopyRefused for one that cannot be copied."""
        point = self._point(cluster, namespace, point_id)
        check_point(point)
        return _read(point, self.snapshots.get(point.snapshot_id))

    def _checked(self, place: Place, point: PointFacts) -> Source:
        """The point as something to copy to a place now. Raises CopyRefused."""
        check_place(place)
        check_point(point)
        trouble = self.regions.keys(place.region).encrypting(place.kms_key)
        if trouble:
            raise CopyRefused(
                f"the kms_key of {place.name} cannot encrypt copies: {trouble}",
                f"repair it, or give {place.name} another key of yours in {place.region}",
            )
        snapshot = self.snapshots.get(point.snapshot_id)
        trouble = self.keys.trouble(snapshot.key) if snapshot and snapshot.key else ""
        if trouble:
            raise CopyRefused(
                f"the data of {point.id} cannot be read: {trouble}", "make the key usable again"
            )
        return _read(point, snapshot)

    def _new(self, place: Place, source: Source) -> CopyRecord:
        return new_record(place, source, asking_policy(self.deployment, place.name, source.policy))

    def _check_cancellable(self, place: Place, copy: Copy | None, record: CopyRecord) -> None:
        """Raises CopyRefused for a copy that is complete, or locked and so cannot be deleted."""
        is_ready = copy.state is CopyState.READY if copy else record.stage is CopyStage.READY
        name = copy.snapshot_id if copy else record.snapshot_id
        if is_ready:
            raise CopyRefused(
                f"{record.point_id} is already in {place.name} ({name})",
                f"retention in {place.name} deletes it in time; only incomplete copies can be cancelled",
            )
        if copy is None and not (record.stage.is_open and record.snapshot_id):
            return
        locks = self.regions.snapshots(place.region).protections([name]).get(name, ())
        if locks:
            raise CopyRefused(
                f"the copy {name} in {place.name} is {'; '.join(item.reason for item in locks)}: nobody can "
                "delete a locked snapshot, not even while it is pending",
                f"let it complete; retention in {place.name} can delete it once the lock has ended",
            )


def _shown(place: Place, copy: Copy | None, record: CopyRecord | None) -> ShownCopy:
    """A copy that EC2 shows, the journal knows, or both."""
    if copy is not None:
        return of_copy(place.region, copy, record)
    assert record is not None, "a copy is known from EC2 or from the journal"
    return of_record(record)


def _read(point: PointFacts, snapshot: Snapshot | None) -> Source:
    source = read_source(snapshot) if snapshot else None
    if source is None:
        raise CopyRefused(
            f"the tags of {point.snapshot_id} do not name one ready point of this deployment",
            "`snapkeep doctor` says more; take another point",
        )
    return source
