"""Holders of one point, on a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.services.restore.holds import HoldPoints
from tests.fakes import FakeSnapshots, MemoryJournal, TestClock

DAY = timedelta(days=1)


class Story:
    """One snapshot and those who hold it."""

    def __init__(self) -> None:
        self.clock = TestClock()
        self.ebs = FakeSnapshots(self.clock)
        self.ebs.add_volume("vol-1")
        self.snapshot = self.ebs.create("vol-1", {tags.MANAGED: "true"}, "").id
        self.journal = MemoryJournal()
        self.holds = HoldPoints(self.ebs, self.journal.holds, self.journal.restores, self.clock)

    def hold(self, holder: str) -> None:
        self.holds.hold(self.snapshot, holder, "because", self.clock() + DAY)

    def release(self, holder: str) -> None:
        self.holds.release(self.snapshot, holder)

    @property
    def tagged(self) -> bool:
        return tags.HOLD in self.ebs.all[self.snapshot].tags

    @property
    def holders(self) -> list[str]:
        return [hold.holder for hold in self.journal.holds.holds(self.snapshot) if not hold.lifted_at]

    def tag_by_hand(self, value: str = "true") -> None:
        self.ebs.add_tags(self.snapshot, {tags.HOLD: value})

    def old_journal(self) -> Callable[[], None]:
        """Copy the journal's holds now; what is returned restores them."""
        copy = dict(self.journal.holds.all)

        def restore() -> None:
            self.journal.holds.all = dict(copy)

        return restore
