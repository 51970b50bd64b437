"""Follows all backups of file systems, and tells people which of them failed or wait for too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.efs.backups import EfsBackup
from snapkeep.domain.efs.standing import last_failures
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.domain.times import moment
from snapkeep.domain.troubles import Topic, TroubleKind
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs import EfsBackups
from snapkeep.services.efs.catch_up import CatchUp
from snapkeep.services.efs.follow import WAITS_TOO_LONG, FollowBackups, FollowReport
from snapkeep.services.give_up import GiveUp, part_of_a_pass
from snapkeep.services.tell_troubles import TellTroubles

FUNCTION = "back_up_file_systems"

LOOK_BACK = timedelta(days=35)
"""How far back to look for the last backup of a file system."""


@dataclass(frozen=True, slots=True)
class WatchBackups:
    """One pass, every 15 minutes and after AWS Backup's events, which are best effort.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """

    deployment: Deployment
    catch_up: CatchUp
    follow: FollowBackups
    backups: EfsBackups
    tell: TellTroubles
    give_up: GiveUp
    clock: Clock

    def run(self) -> FollowReport:
        """Follow the backups of all policies, make up for missed slots, and report what lasts. Raises
        SnapkeepError when the journal does not answer."""
        report = self.follow.run()
        for policy in self.deployment.file_system_policies:
            part = f"slots of {policy.name}"
            with part_of_a_pass(part, report.given_up, part):
                caught_up = self.catch_up.check(policy)
                report.started += caught_up.started
                report.missed += caught_up.missed
            part = f"file systems of {policy.name}"
            with part_of_a_pass(part, report.given_up, part):
                topic = Topic(TroubleKind.FILE_SYSTEMS_NOT_BACKED_UP, "", policy.name)
                self.tell.tell(topic, self._troubles(policy, report))
        report.given_up = self.give_up.report(report.given_up)
        return report

    def _troubles(self, policy: Policy, report: FollowReport) -> dict[str, str]:
        """What is wrong with the file systems of a policy, by id."""
        now = self.clock()
        backups = list(self.backups.backups_of(policy.name, now - LOOK_BACK))
        wrong = {name: (each, f"failed: {each.reason}") for name, each in last_failures(backups).items()}
        for backup in backups:
            said = f"waits: {report.waiting[backup.id]}" if backup.id in report.waiting else ""
            if said := said or _keeps_failing(backup, now):
                wrong[backup.file_system] = backup, said
        return {name: f"its backup of {moment(each.slot)} {said}" for name, (each, said) in wrong.items()}


def _keeps_failing(backup: EfsBackup, now: datetime) -> str:
    """What to say of a backup whose jobs have failed for as long as one may wait; "" of all others."""
    if not backup.is_open or backup.attempt == 1 or now - backup.accepted_at < WAITS_TOO_LONG:
        return ""
    jobs = "a job has" if backup.attempt == 2 else f"{backup.attempt - 1} jobs have"
    return f"is tried again, because {jobs} failed: {backup.reason}"
