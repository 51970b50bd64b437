"""Archives one point: looks once more, journals the intent, asks EC2, journals the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from snapkeep.domain import tags
from snapkeep.domain.archive.records import Archive
from snapkeep.domain.errors import Invalid, NotFound, PermanentError, Throttled
from snapkeep.domain.points import Snapshot, SnapshotState
from snapkeep.domain.retention.snapshot_tags import hold_of
from snapkeep.domain.times import compact
from snapkeep.ports.archives import Archives
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.tiers import Tiers


@dataclass(frozen=True, slots=True)
class ArchivePoint:
    """After a crash at any step the next pass settles what EC2 then shows; EC2 archives nothing twice."""

    snapshots: Snapshots
    tiers: Tiers
    archives: Archives
    clock: Clock

    def why_not(self, record: Archive) -> str:
        """Why the snapshot must stay after all, as EC2 shows it right now; "" if it may go."""
        snapshot = self.snapshots.get(record.snapshot_id)
        if snapshot is None or snapshot.state is not SnapshotState.COMPLETED or snapshot.archived:
            return "it is no longer a ready point in the standard tier"
        if reason := _protected(snapshot):
            return reason
        accounts = self.tiers.shared_with(record.snapshot_id)
        return f"it is shared with {', '.join(accounts)}, and archiving would end that" if accounts else ""

    def begin(self, record: Archive) -> Archive:
        """Archive a measured point, and return its record.

        Raises Throttled when EC2 archives no more for now, and Invalid when an AMI uses the snapshot: the
        record then says so. After any other TemporaryError it may be archiving it.
        """
        now = self.clock()
        record = self.archives.write_archive(record.intended(now))
        self.snapshots.add_tags(record.snapshot_id, {tags.ARCHIVED: compact(now)})
        try:
            self.tiers.archive(record.snapshot_id)
        except (Throttled, Invalid) as error:
            self.archives.write_archive(record.put_off(error.reason))
            raise
        except NotFound:
            self.archives.forget_archive(record)
            raise
        except PermanentError as error:
            if not self._moves(record.snapshot_id):
                return self.archives.write_archive(record.failed(error.reason, self.clock()))
        return self.archives.write_archive(record.archiving())

    def _moves(self, snapshot_id: str) -> bool:
        """True if EC2 refused only because it archives the snapshot already."""
        status = self.tiers.tiers([snapshot_id]).get(snapshot_id)
        return status is not None and (status.is_being_archived or status.is_archived)


def _protected(snapshot: Snapshot) -> str:
    if hold_of(snapshot):
        return "it was held meanwhile"
    if not tags.are_ours(snapshot.tags) or tags.DUPLICATE in snapshot.tags:
        return "its tags changed meanwhile"
    return ""
