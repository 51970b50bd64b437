"""Brings the journal up to what EC2 shows of points on their way to the archive tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain import tags
from snapkeep.domain.archive.records import SLOW_AFTER, Archive, ArchiveStage
from snapkeep.domain.archive.tiers import MoveState, TierStatus
from snapkeep.domain.times import compact
from snapkeep.ports.archives import Archives
from snapkeep.ports.clock import Clock
from snapkeep.ports.ec2 import Snapshots
from snapkeep.ports.tiers import Tiers
from snapkeep.services.archive.report import ArchiveReport
from snapkeep.services.give_up import part_of_a_pass

CLOCKS = timedelta(minutes=1)
"""How far the clocks of EC2 and a function may differ."""


@dataclass(frozen=True, slots=True)
class SettleArchives:
    """Asks EC2, whatever an event said."""

    snapshots: Snapshots
    tiers: Tiers
    archives: Archives
    clock: Clock

    def run(self, records: Sequence[Archive], report: ArchiveReport) -> None:
        """Settle the open ones of these records; trouble with one does not stop the others."""
        moving = [each for each in records if each.stage.is_open]
        statuses = self.tiers.tiers([each.snapshot_id for each in moving]) if moving else {}
        for record in moving:
            with part_of_a_pass(record.snapshot_id, report.given_up, record.subject):
                self._settle(record, statuses.get(record.snapshot_id), report)

    def _settle(self, record: Archive, status: TierStatus | None, report: ArchiveReport) -> None:
        now = self.clock()
        if status is None:
            if record.is_certain(now):
                self.archives.forget_archive(record)  # somebody deleted the snapshot
        elif status.is_archived:
            self._archived(record, status.archived_at or now, report)
        elif status.is_being_archived:
            self._moving(record, now, report)
        elif _failed(record, status):
            self.archives.write_archive(record.failed(status.detail or "EC2 does not say why", now))
        elif record.is_certain(now):
            self.archives.write_archive(_never_began(record, now))

    def _archived(self, record: Archive, at: datetime, report: ArchiveReport) -> None:
        """The tag first: once the record is settled, nobody looks at it again."""
        self.snapshots.add_tags(record.snapshot_id, {tags.ARCHIVED: compact(at)})
        self.archives.write_archive(record.archived(at))
        report.archived.append(record.subject)

    def _moving(self, record: Archive, now: datetime, report: ArchiveReport) -> None:
        if record.stage is ArchiveStage.INTENDED:
            record = self.archives.write_archive(record.archiving())
        report.archiving.append(record.subject)
        if record.is_slow(now):
            report.given_up[record.subject] = (
                f"EC2 has been archiving {record.snapshot_id} for more than {SLOW_AFTER.days} days: "
                "ask AWS Support"
            )


def _failed(record: Archive, status: TierStatus) -> bool:
    """True if EC2 shows that this move failed, not an earlier one."""
    is_this = status.began is None or record.intent_at is None or status.began >= record.intent_at - CLOCKS
    return status.state is MoveState.FAILED and is_this


def _never_began(record: Archive, now: datetime) -> Archive:
    if record.stage is ArchiveStage.INTENDED:
        return record.put_off("the pass ended before EC2 was asked")
    return record.failed("EC2 shows it in the standard tier again", now)
