"""Reports what is in the vault of file systems and belongs to no backup."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.messages import FILE_SYSTEMS, PruneRequest
from snapkeep.domain.retention.deletion.orphans import MIN_AGE, Orphan, OrphanKind
from snapkeep.domain.sizes import gib
from snapkeep.ports.clock import Clock
from snapkeep.ports.news import RetentionNews
from snapkeep.ports.prunes import Prunes
from snapkeep.services.efs.pruning.read_recovery_points import ReadRecoveryPoints
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.retention.deletion.sweep_orphans import SHOWN, OrphanReport

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepVault:
    """Reports recovery points that somebody else put into the vault, that carry tags of another deployment or
    edited ones, and that AWS does not call completed. It deletes none."""

    reader: ReadRecoveryPoints
    prunes: Prunes
    give_up: GiveUp
    announcer: RetentionNews
    clock: Clock

    def run(self, request: PruneRequest) -> list[OrphanReport]:
        """Sweep the vault; trouble is in the report, as a part given up."""
        report = OrphanReport(FILE_SYSTEMS, request.dry_run)
        with part_of_a_pass("sweep of file systems", report.given_up, "sweep", "stopped: "):
            self._sweep(report)
        report.refused = report.given_up.get("sweep", "")
        if not request.dry_run:
            report.given_up = self.give_up.report(report.given_up, FILE_SYSTEMS)
        return [report]

    def _sweep(self, report: OrphanReport) -> None:
        now = self.clock()
        found = [
            Orphan(OrphanKind.RECOVERY_POINT, stored.arn, reason, stored.size_bytes)
            for stored, reason in self.reader.strangers()
            if now - stored.started_at >= MIN_AGE
        ]
        report.counts = {OrphanKind.RECOVERY_POINT.value: len(found)} if found else {}
        report.orphans = found[:SHOWN]
        report.gib = sum(gib(orphan.size_bytes) for orphan in found)
        report.dollars_a_month = round(sum(orphan.dollars_a_month for orphan in found), 2)
        for orphan in found:
            log.info("orphan of %s: %s: %s", FILE_SYSTEMS, orphan.name, orphan.reason)
        if report.dry_run:
            return
        if found:
            self.announcer.orphans_found(FILE_SYSTEMS, report.counts, report.dollars_a_month, report.orphans)
        self.prunes.write_last_sweep(FILE_SYSTEMS, now)
