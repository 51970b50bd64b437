"""Holds recovery points: the journal says who and why; IAM and prune obey the EC2 tag.

A hold is journaled before it is tagged, and removed from the tag before it is forgotten: a crash in between
leaves one hold too many, which is checked again, but never one too few.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.errors import Invalid, NotFound, SnapkeepError, TemporaryError, UnreadableRecord
from snapkeep.domain.points import Snapshot
from snapkeep.domain.restore.hold_tags import Settled, code_of, names, settle, whole_seconds, write_tag
from snapkeep.domain.restore.holds import SHARED, Hold, principal_of
from snapkeep.domain.restore.operations import LEFT_BY_FAILED
from snapkeep.domain.times import moment
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.restores import Holds, Restores

ATTEMPTS = 5
"""How often to rewrite a tag because somebody else changed the holds meanwhile."""

TAGS_LAG = timedelta(minutes=10)
"""How long EC2 may show old tags after a change; usually seconds.
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HoldPoints:
    """Holds and releases recovery points; one point may have several holders."""

    snapshots: Snapshots
    holds: Holds
    restores: Restores
    clock: Clock

    def hold(self, snapshot_id: str, holder: str, reason: str, until: datetime) -> None:
        """Hold a point until `until` (aware UTC), or extend its hold. Raises NotFound when it is gone."""
        self.keep(Hold(snapshot_id, holder, reason, until))

    def keep(self, hold: Hold) -> None:
        """Journal a hold, then tag the snapshot; a longer hold by the same holder stays as it is.

        Raises NotFound without the snapshot, Invalid for a hold that has already ended.
        """
        now = self.clock()
        if hold.ended(now):
            raise Invalid(
                f"a hold until {moment(hold.until)} is already over: it is {now:%Y-%m-%d %H:%M} now"
            )
        snapshot = self.snapshots.get(hold.snapshot_id)
        if snapshot is None:
            raise NotFound(f"EC2 has no snapshot {hold.snapshot_id}: it may have been deleted meanwhile")
        self._look(hold.snapshot_id, snapshot, hold.holder)
        self.holds.write_hold(replace(hold, until=whole_seconds(hold.until)))
        self._tag(snapshot.id)

    def release(self, snapshot_id: str, holder: str) -> None:
        """Release a hold; without another holder the tag is removed. A hold or snapshot that is already gone
        is success."""
        code = code_of(holder)
        known = [hold for hold in self.holds.holds(snapshot_id) if code_of(hold.holder) == code]
        for hold in known or [Hold(snapshot_id, holder, "released")]:
            self.holds.lift_hold(replace(hold, lifted_at=self.clock()))
        self._settle(snapshot_id)

    def release_by_hand(self, snapshot_id: str, holder: str, caller: str) -> None:
        """Release a caller's hold, and those that failed restores left for people to check.

        The hold that all callers used to share is released as well if the caller (an ARN) set it last. Other
        holders' holds, and those set by hand, stay.
        """
        for hold in self.holds.holds(snapshot_id):
            was_shared = hold.holder == SHARED and principal_of(hold.by) == principal_of(caller)
            if was_shared or hold.holder.startswith(LEFT_BY_FAILED):
                self.release(snapshot_id, hold.holder)
        self.release(snapshot_id, holder)

    def release_ended(self) -> list[Hold]:
        """Remove holds that have ended, and released ones whose tag could not be removed at the time.

        The hold of an open restore stays, however late its renewal, because its claim may still need the
        point. Returns the removed holds. Trouble with one snapshot does not stop the others; TemporaryError
        reports it at the end.
        """
        ended = [hold for hold in self.holds.ended_holds(self.clock()) if not self._is_needed(hold)]
        gone: list[Hold] = []
        troubles: list[str] = []
        for snapshot_id in sorted({hold.snapshot_id for hold in ended}):
            try:
                gone += self._settle(snapshot_id)
            except SnapkeepError as error:
                log.warning("a hold of %s could not be ended: %s", snapshot_id, error.reason)
                troubles.append(f"{snapshot_id}: {error.reason}")
        if troubles:
            raise TemporaryError(f"{len(troubles)} snapshots stay held for now, the first {troubles[0]}")
        return gone

    def _settle(self, snapshot_id: str) -> Sequence[Hold]:
        """Remove ended holds from the tag, then forget and return them; holds that the tag still names
        stay."""
        snapshot = self.snapshots.get(snapshot_id)
        found = self._look(snapshot_id, snapshot)
        if snapshot is not None and found.in_force:
            self._tag(snapshot_id)
        elif snapshot is not None:
            self._untag(snapshot, found.over)
        after = self.snapshots.get(snapshot_id)
        if after is None:
            gone = found.over
        elif names(after.tags.get(tags.HOLD), found.over):
            gone = ()
        else:
            gone = tuple(hold for hold in found.over if self._may_be_forgotten(hold))
        for hold in gone:
            self.holds.remove_hold(hold)
        if after is not None and not found.in_force and self._look(snapshot_id, after).in_force:
            self._tag(snapshot_id)  # somebody held it while the tag was being removed
        return gone

    def _may_be_forgotten(self, hold: Hold) -> bool:
        """False while a lagging read could still show a released hold and so bring it back."""
        return hold.lifted_at is None or self.clock() - hold.lifted_at >= TAGS_LAG

    def _look(self, snapshot_id: str, snapshot: Snapshot | None, acting: str = "") -> Settled:
        """The holds on a snapshot by journal and tag; holds that only the tag knows are journaled."""
        known = self.holds.holds(snapshot_id)
        value = snapshot.tags.get(tags.HOLD) if snapshot else None
        now = self.clock()
        needed = [hold.holder for hold in known if hold.ended(now) and self._is_needed(hold)]
        found = settle(snapshot_id, known, value, now, needed, acting, looked=snapshot is not None)
        for hold in found.learned:
            self.holds.write_hold(hold)
        return found

    def _tag(self, snapshot_id: str) -> None:
        """Write the holders to the tag; repeat it if they changed meanwhile."""
        written: dict[str, str] = {}
        for _ in range(ATTEMPTS):
            holds = self._look(snapshot_id, None).in_force
            if not holds:
                if written:  # the last holder released it while it was written
                    self.snapshots.remove_tags(snapshot_id, written)
                return
            written = {tags.HOLD: write_tag(holds)}
            self.snapshots.add_tags(snapshot_id, written)
            if self._look(snapshot_id, None).in_force == holds:
                return
        raise TemporaryError(f"the holds of {snapshot_id} are being changed by several callers at once")

    def _untag(self, snapshot: Snapshot, over: Sequence[Hold]) -> None:
        """Remove the tag if it still has the value that was read, or one that a lagging read does not show
        yet.

        A new holder writes another value meanwhile, and then the tag stays.
        """
        values = {write_tag(over)} if over else set()
        if tags.HOLD in snapshot.tags:
            values.add(snapshot.tags[tags.HOLD])
        for value in sorted(values):
            self.snapshots.remove_tags(snapshot.id, {tags.HOLD: value})

    def _is_needed(self, hold: Hold) -> bool:
        """True for the hold of a restore that is open, or that cannot be read and may be open."""
        if not hold.restore or hold.lifted_at:
            return False
        try:
            restore = self.restores.restore(hold.restore)
        except UnreadableRecord as error:
            log.warning("%s stays held for its restore: %s", hold.snapshot_id, error.reason)
            return True
        return restore is not None and restore.is_open
