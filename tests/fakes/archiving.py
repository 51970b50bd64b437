"""A world whose monthly points go to the archive tier, so that a test reads as a short story.

`archive()` is a daily pass, `finish()` lets EC2 end the moves in progress.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from snapkeep.domain.archive.records import Archive
from snapkeep.domain.proof.blocks import BLOCK
from snapkeep.services.archive.report import ArchiveReport
from snapkeep.wiring import archive
from tests.fakes.blocks import FakeBlocks
from tests.fakes.faults import Crash
from tests.fakes.world import World, a_claim, a_policy

MONTH = timedelta(days=31)
FIRST = datetime.fromisoformat("2026-01-10T18:00:00+00:00")
WRITTEN = 10
"""Blocks of each snapshot."""


@dataclass
class Written:
    """A volume of a few blocks: `own` of them are in no other snapshot."""

    mark: str
    own: int
    size: int = 64 * BLOCK

    def read(self, offset: int, length: int) -> bytes:
        index, start = divmod(offset, BLOCK)
        if index >= WRITTEN:
            return bytes(length)
        text = self.mark if index < self.own else "shared"
        return f"{text} {index}".encode().ljust(BLOCK, b"\0")[start : start + length]


class ArchiveWorld(World):
    """A cluster whose claims have a point a month; `own` blocks of ten are in no other snapshot."""

    def __init__(self, *claims: str, months: int = 8, own: int = 6, **policy: Any) -> None:
        given: dict[str, Any] = {
            "retention": {"last": 1, "monthly": 36},
            "archive_after": {"monthly": "30d"},
        }
        super().__init__(*map(a_claim, claims or ("mysql",)), policy=a_policy(**(given | policy)))
        self.blocks = FakeBlocks()
        self.own, self.months = own, 0
        for _ in range(months):
            self.back_up_month()
        self.wait(minutes=10)

    def back_up_month(self) -> None:
        """The next month's points."""
        before = set(self.ebs.all)
        self.back_up(FIRST + self.months * MONTH)
        self.months += 1
        for name in sorted(set(self.ebs.all) - before):
            self.blocks.snapshots[name] = Written(name, self.own)
            self.blocks.volumes[name] = self.ebs.all[name].volume_id

    def archive(
        self, until: timedelta = timedelta(minutes=10), wrap: Callable[[Any], Any] = lambda port: port
    ) -> ArchiveReport:
        """One daily pass; if the function dies, Lambda starts it again."""
        while True:
            ports = replace(self.ports(wrap), blocks=wrap(self.blocks))
            try:
                (report,) = archive.archive_points(ports).run(self.clock() + until)
            except Crash:
                continue
            return report

    def settle(self, snapshot_id: str) -> ArchiveReport:
        """The event of a move that ended."""
        ports = replace(self.ports(), blocks=self.blocks)
        (report,) = archive.archive_points(ports).settle([snapshot_id])
        return report

    def finish(self, trouble: str = "") -> list[str]:
        """Let EC2 end the moves in progress; returns the ids of their snapshots."""
        moving = self.tiers.moving()
        for name in moving:
            self.tiers.finish(name, trouble)
        return moving

    def taken(self, claim: str = "mysql") -> list[str]:
        """The ids of a claim's snapshots, oldest first."""
        mine = (each for each in self.ebs.all.values() if each.volume_id == f"vol-{claim}")
        return [each.id for each in sorted(mine, key=lambda each: each.started_at)]

    def archived(self) -> list[str]:
        """The ids of the archived snapshots, oldest first."""
        return [each.id for each in self.ebs.all.values() if each.archived]

    def records(self) -> dict[str, Archive]:
        """What the journal knows, by snapshot id."""
        return {each.snapshot_id: each for each in self.journal.archives.all.values()}
