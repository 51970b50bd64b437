"""Follows the backups of file systems: starts their jobs, and settles them when those have ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain.efs.backups import TRY_AGAIN_FOR, EfsBackup, failed, followed, started, tags_of
from snapkeep.domain.efs.jobs import JobState
from snapkeep.domain.errors import NotFound, PermanentError, SnapkeepError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.ports.backup_vault import BackupJobs
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs import EfsBackups

WAITS_TOO_LONG = timedelta(hours=2)
"""A job that has waited for this long waits for a job of somebody else, such as EFS's automatic backups.
https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html
"""

ONLY_HERE = "AWS Backup backs up file systems of this account and Region only"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FollowReport:
    """What a pass found: ids of backups that ended well, why others failed, wait or could not be followed;
    and ids of those that it started late, with the slots that were missed."""

    ready: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FollowBackups:
    """Brings backups to their end. AWS starts one job for a token, so a repeated start is harmless.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
    """

    jobs: BackupJobs
    backups: EfsBackups
    clock: Clock

    def run(self) -> FollowReport:
        """Follow every unfinished backup; trouble with one never stops the others."""
        report = FollowReport()
        for backup in self.backups.unfinished():
            try:
                self._note(self.one(backup), report)
            except SnapkeepError as error:
                log.warning("backup %s could not be followed: %s", backup.id, error.reason)
                report.given_up[backup.id] = error.reason
        return report

    def one(self, backup: EfsBackup) -> EfsBackup:
        """Start the job of a planned backup, or settle a pending one; returns its record now.

        Raises TemporaryError for what may work later: the backup is then as it was, or as another pass wrote
        it.
        """
        if not backup.is_open or backup.pauses(self.clock()):
            return backup
        if backup.state is PointState.PENDING:
            after = followed(backup, self.jobs.job(backup.job), self.clock())
        else:
            after = self._started(backup)
        return after if after == backup else self.backups.write_backup(after)

    def _started(self, backup: EfsBackup) -> EfsBackup:
        try:
            return started(backup, self.jobs.start(backup.file_system, backup.token, tags_of(backup)))
        except NotFound as error:
            return failed(backup, f"{error.reason} ({ONLY_HERE})", self.clock())
        except PermanentError as error:
            return failed(backup, error.reason, self.clock())
        except TemporaryError as error:
            if self.clock() - backup.accepted_at < TRY_AGAIN_FOR:
                raise
            return failed(backup, f"no job could be started: {error.reason}", self.clock())

    def _note(self, backup: EfsBackup, report: FollowReport) -> None:
        if backup.state is PointState.READY:
            report.ready.append(backup.id)
        elif backup.state is PointState.FAILED:
            report.failed[backup.id] = backup.reason
        elif self.clock() - backup.accepted_at >= WAITS_TOO_LONG and self._waits(backup):
            report.waiting[backup.id] = (
                f"another job has been running on {backup.file_system}, perhaps EFS's automatic backup; AWS "
                "Backup runs one at a time"
            )

    def _waits(self, backup: EfsBackup) -> bool:
        job = self.jobs.job(backup.job) if backup.job else None
        return job is not None and job.state is JobState.WAITING
