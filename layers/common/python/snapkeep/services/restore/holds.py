"""Holding recovery points: the journal says who and why, the EC2 tag is what IAM and prune obey.

A hold is journaled before it is in the tag, and taken from the tag before it is forgotten: a crash in
between leaves a hold too many, which is looked at again, and never one too few.
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
from snapkeep.ports.journal import Journal

ATTEMPTS = 5
"""How often a tag is written anew because somebody else changed the holds meanwhile."""

TAGS_LAG = timedelta(minutes=10)
"""How long after a change EC2 may show the tags of before: seconds as a rule.
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HoldPoints:
    """Holds recovery points and gives them back; one point may have several holders."""

    snapshots: Snapshots
    journal: Journal
    clock: Clock

    def hold(self, snapshot_id: str, holder: str, reason: str, until: datetime) -> None:
        """Hold a point until then (aware UTC), or hold it longer. Raises NotFound when it is gone."""
        self.keep(Hold(snapshot_id, holder, reason, until))

    def keep(self, hold: Hold) -> None:
        """Journal a hold, then tag the snapshot; the holder's own hold that lasts longer stays as it is.

        Raises NotFound without the snapshot, Invalid for a hold that is over.
        """
        now = self.clock()
        if hold.ended(now):
            raise Invalid(f"a hold until {moment(hold.until)} is over: it is {now:%Y-%m-%d %H:%M} now")
        snapshot = self.snapshots.get(hold.snapshot_id)
        if snapshot is None:
            raise NotFound(f"EC2 has no snapshot {hold.snapshot_id}: it may have been deleted meanwhile")
        self._look(hold.snapshot_id, snapshot, hold.holder)
        self.journal.holds.write_hold(replace(hold, until=whole_seconds(hold.until)))
        self._tag(snapshot.id)

    def release(self, snapshot_id: str, holder: str) -> None:
        """Give a hold back; without another holder the tag goes. What is gone already is success."""
        code = code_of(holder)
        known = [hold for hold in self.journal.holds.holds(snapshot_id) if code_of(hold.holder) == code]
        for hold in known or [Hold(snapshot_id, holder, "given back")]:
            self.journal.holds.lift_hold(replace(hold, lifted_at=self.clock()))
        self._settle(snapshot_id)

    def release_by_hand(self, snapshot_id: str, holder: str, caller: str) -> None:
        """Give a caller's hold back, and those that failed restores left for people to look at.

        The hold that all people shared before goes as well where the caller (an ARN) set it last. Holds of
        others, and those set by hand, stay.
        """
        for hold in self.journal.holds.holds(snapshot_id):
            was_shared = hold.holder == SHARED and principal_of(hold.by) == principal_of(caller)
            if was_shared or hold.holder.startswith(LEFT_BY_FAILED):
                self.release(snapshot_id, hold.holder)
        self.release(snapshot_id, holder)

    def release_ended(self) -> list[Hold]:
        """Take away what has ended, and what was given back and could not be taken away then.

        The hold of an open restore stays, however late its renewal is: its claim may still need the point.
        Returns what is gone now. Trouble with one snapshot stops no other; TemporaryError tells it last.
        """
        ended = [hold for hold in self.journal.holds.ended_holds(self.clock()) if not self._is_needed(hold)]
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
        """Take from the tag what is over, then forget and return it; what the tag still names then stays."""
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
            self.journal.holds.remove_hold(hold)
        if after is not None and not found.in_force and self._look(snapshot_id, after).in_force:
            self._tag(snapshot_id)  # somebody held it while the tag was on its way out
        return gone

    def _may_be_forgotten(self, hold: Hold) -> bool:
        """False while a read that lags could show a hold that was given back, and would bring it back."""
        return hold.lifted_at is None or self.clock() - hold.lifted_at >= TAGS_LAG

    def _look(self, snapshot_id: str, snapshot: Snapshot | None, acting: str = "") -> Settled:
        """What holds a snapshot by journal and tag; the journal is told what only the tag says."""
        known = self.journal.holds.holds(snapshot_id)
        value = snapshot.tags.get(tags.HOLD) if snapshot else None
        now = self.clock()
        needed = [hold.holder for hold in known if hold.ended(now) and self._is_needed(hold)]
        found = settle(snapshot_id, known, value, now, needed, acting, looked=snapshot is not None)
        for hold in found.learned:
            self.journal.holds.write_hold(hold)
        return found

    def _tag(self, snapshot_id: str) -> None:
        """Let the tag say who holds the snapshot, again when that changed meanwhile."""
        written: dict[str, str] = {}
        for _ in range(ATTEMPTS):
            holds = self._look(snapshot_id, None).in_force
            if not holds:
                if written:  # the last of them gave it back while it was written
                    self.snapshots.remove_tags(snapshot_id, written)
                return
            written = {tags.HOLD: write_tag(holds)}
            self.snapshots.add_tags(snapshot_id, written)
            if self._look(snapshot_id, None).in_force == holds:
                return
        raise TemporaryError(f"the holds of {snapshot_id} are changed by many at once")

    def _untag(self, snapshot: Snapshot, over: Sequence[Hold]) -> None:
        """Take the tag away if it still says what was read, or what a read that lags does not show yet.

        Who holds the snapshot meanwhile writes another value, and the tag stays.
        """
        values = {write_tag(over)} if over else set()
        if tags.HOLD in snapshot.tags:
            values.add(snapshot.tags[tags.HOLD])
        for value in sorted(values):
            self.snapshots.remove_tags(snapshot.id, {tags.HOLD: value})

    def _is_needed(self, hold: Hold) -> bool:
        """True for the hold of an open restore, or of one that cannot be read and may be open."""
        if not hold.restore or hold.lifted_at:
            return False
        try:
            restore = self.journal.restores.restore(hold.restore)
        except UnreadableRecord as error:
            log.warning("%s stays held for its restore: %s", hold.snapshot_id, error.reason)
            return True
        return restore is not None and restore.is_open
