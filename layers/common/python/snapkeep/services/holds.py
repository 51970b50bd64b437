"""Holding recovery points: the journal says who and why, the EC2 tag is what IAM and prune obey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from snapkeep.domain import tags
from snapkeep.domain.errors import Invalid, NotFound
from snapkeep.domain.holds import BY_HAND, Hold
from snapkeep.domain.prunable import hold_of
from snapkeep.domain.restore.operations import LEFT_BY_FAILED
from snapkeep.ports import Clock, Journal, Snapshots


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
        """Journal a hold, then tag the snapshot. Raises NotFound without it, Invalid for a hold that is over.

        In this order a crash leaves a hold too many, which ends by itself, and never one too few.
        """
        now = self.clock()
        if hold.ended(now):
            raise Invalid(
                f"a hold until {hold.until:%Y-%m-%d %H:%M} UTC is over: it is {now:%Y-%m-%d %H:%M} now"
            )
        snapshot = self.snapshots.get(hold.snapshot_id)
        if snapshot is None:
            raise NotFound(f"EC2 has no snapshot {hold.snapshot_id}: it may have been deleted meanwhile")
        if hold_of(snapshot) and not self.journal.holds(hold.snapshot_id):
            by_hand = "the tag snapkeep:hold was set and no hold of it is known"
            self.journal.write_hold(Hold(hold.snapshot_id, BY_HAND, by_hand))
        self.journal.write_hold(hold)
        self._tag(hold.snapshot_id)

    def release(self, snapshot_id: str, holder: str) -> None:
        """Give a hold back; without another holder the tag goes. What is gone already is success."""
        self.journal.remove_hold(snapshot_id, holder)
        if self.journal.holds(snapshot_id):
            return
        snapshot = self.snapshots.get(snapshot_id)
        if snapshot is None or not hold_of(snapshot):
            return
        self.snapshots.remove_tags(snapshot_id, (tags.HOLD,))
        if self.journal.holds(snapshot_id):  # somebody held it while the tag was on its way out
            self._tag(snapshot_id)

    def release_by_hand(self, snapshot_id: str, holder: str) -> None:
        """Give a person's hold back, and those that failed restores left for people to look at."""
        left = [
            hold.holder for hold in self.journal.holds(snapshot_id) if hold.holder.startswith(LEFT_BY_FAILED)
        ]
        for each in (*left, holder):
            self.release(snapshot_id, each)

    def release_ended(self) -> list[Hold]:
        """Give every hold back whose time is over; returns them.

        The hold of an open restore stays, however late its renewal is: its claim may still need the point.
        """
        ended = [hold for hold in self.journal.ended_holds(self.clock()) if not self._is_needed(hold)]
        for hold in ended:
            self.release(hold.snapshot_id, hold.holder)
        return ended

    def _is_needed(self, hold: Hold) -> bool:
        restore = self.journal.restore(hold.restore) if hold.restore else None
        return restore is not None and restore.is_open

    def _tag(self, snapshot_id: str) -> None:
        self.snapshots.add_tags(snapshot_id, {tags.HOLD: "true"})
