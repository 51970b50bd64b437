"""Follows restores of claims on EFS: starts their jobs, waits for them, and makes access points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from snapkeep.domain import tags
from snapkeep.domain.efs.restore.operations import (
    EfsRestore,
    EfsStage,
    failed,
    followed,
    overdue,
    ready,
    refused,
    restoring,
)
from snapkeep.domain.errors import PermanentError
from snapkeep.domain.naming import tag_value
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs import AccessPoint
from snapkeep.ports.efs_restores import AccessPointMaker, EfsRestores, RestoreJobs
from snapkeep.services.give_up import GiveUp, part_of_a_pass

FUNCTION = "restore_file_systems"

PATIENCE = timedelta(minutes=15)
"""Work that failed in three passes in a row is reported."""


@dataclass(slots=True)
class EfsRestoreReport:
    """What a pass did, by id: restores that went on, those that failed, and why others could not go on."""

    moved: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        """The parts given up, as lines."""
        return [f"{subject}: {reason}" for subject, reason in self.given_up.items()]


@dataclass(frozen=True, slots=True)
class FollowEfsRestores:
    """Brings restores on. AWS starts one job and makes one access point for a token, so repeats are harmless.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartRestoreJob.html
    """

    jobs: RestoreJobs
    access_points: AccessPointMaker
    restores: EfsRestores
    give_up: GiveUp
    deployment: str
    clock: Clock

    def run(self) -> EfsRestoreReport:
        """Bring every open restore on; trouble with one never stops the others."""
        report = EfsRestoreReport()
        for restore in self.restores.open_efs_restores():
            with part_of_a_pass(f"restore {restore.id}", report.given_up, restore.id):
                self._note(restore, self.one(restore), report)
        report.given_up = self.give_up.report(report.given_up)
        return report

    def one(self, restore: EfsRestore) -> EfsRestore:
        """Take the next step of a restore; returns its record now.

        Raises TemporaryError for what may work later: the restore is then as it was, or as another pass wrote
        it.
        """
        if too_late := overdue(restore, self.clock()):
            return self.restores.write_efs_restore(failed(restore, too_late))
        try:
            after = self._next(restore)
        except PermanentError as error:
            after = refused(restore, error.reason)
        return after if after == restore else self.restores.write_efs_restore(after)

    def _next(self, restore: EfsRestore) -> EfsRestore:
        match restore.stage:
            case EfsStage.ACCEPTED:
                path = restore.claim.path
                job = self.jobs.start_restore(restore.arn, restore.file_system, path, restore.token)
                return restoring(restore, job)
            case EfsStage.RESTORING:
                return followed(restore, self.jobs.restore_job(restore.job), self.clock())
            case EfsStage.SEEN:
                return ready(restore, self._access_point(restore))
        return restore

    def _access_point(self, restore: EfsRestore) -> str:
        """The access point to the restored folder; "" where its volume needs none.

        Raises PermanentError for a record whose folder cannot be mounted.
        """
        try:
            root = restore.mount.root
        except ValueError as problem:
            raise PermanentError(str(problem)) from problem
        if not root:
            return ""
        wanted = AccessPoint("", restore.file_system, root, restore.claim.user)
        return self.access_points.make_access_point(wanted, restore.access_point_token, self._tags(restore))

    def _tags(self, restore: EfsRestore) -> dict[str, str]:
        named = {
            "Name": f"{restore.cluster}/{restore}",
            tags.MANAGED: "true",
            tags.DEPLOYMENT: self.deployment,
            tags.POINT: restore.backup,
        }
        return {key: tag_value(value) for key, value in named.items()}

    def _note(self, before: EfsRestore, after: EfsRestore, report: EfsRestoreReport) -> None:
        if after.stage is EfsStage.FAILED:
            report.failed[after.id] = after.reason
        elif after.stage is not before.stage:
            report.moved[after.id] = after.stage.value
