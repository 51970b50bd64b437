"""Backs up the file systems behind a policy's claims at a slot: one job for each, shared by its claims."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapkeep.domain.backup.runs import Skipped
from snapkeep.domain.backup.selection import select_for
from snapkeep.domain.claims import VolumeKind
from snapkeep.domain.efs.backups import EfsBackup, newest_of
from snapkeep.domain.errors import ClusterUnreachable, PermanentError, TemporaryError
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment, Policy
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs import EfsBackups
from snapkeep.ports.kubernetes import Clusters
from snapkeep.services.efs.claims_on_efs import CODE, ClaimsOnEfs, OnEfs, together
from snapkeep.services.efs.follow import FollowBackups

REMEMBERED = timedelta(days=35)
"""How old the backups may be from which the claims of a silent cluster are known."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class EfsReport:
    """What a slot began: backups by id, the claims and file systems of each cluster that were skipped, and
    clusters that did not answer."""

    begun: list[str] = field(default_factory=list)
    skipped: dict[str, list[Skipped]] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackUpFileSystems:
    """Begins the backups of a slot; FollowBackups brings them to their end."""

    deployment: Deployment
    clusters: Clusters
    on_efs: ClaimsOnEfs
    backups: EfsBackups
    follow: FollowBackups
    clock: Clock

    def run(self, policy_name: str, slot: datetime) -> EfsReport:
        """Journal the backups of a slot (aware UTC) and start their jobs. A slot that comes twice begins
        nothing more.

        Raises PermanentError when the deployment has no such policy, TemporaryError when EFS does not answer.
        """
        policy = self.deployment.policy(policy_name)
        if policy is None:
            raise PermanentError(f"the deployment has no policy {policy_name!r}: deploy again")
        report = EfsReport()
        opened = [self._open(backup, report) for backup in self.plan(policy, slot, report)]
        for backup in filter(None, opened):
            self._start(backup)
        return report

    def _open(self, backup: EfsBackup, report: EfsReport) -> EfsBackup | None:
        """Journal a backup, before any job of the slot is started: whatever happens then, FollowBackups knows
        all of them. One that cannot be journaled never stops the others."""
        try:
            opened = self.backups.open_backup(backup)
        except PermanentError as error:
            refused = Skipped(backup.file_system, CODE, f"its backup cannot be journaled: {error.reason}")
            for cluster in backup.clusters:
                report.skipped.setdefault(cluster, []).append(refused)
            return None
        report.begun.append(opened.id)
        return opened

    def plan(self, policy: Policy, slot: datetime, report: EfsReport) -> list[EfsBackup]:
        """What a slot of the policy would back up; nothing is written but what the report says of claims.

        Raises TemporaryError when EFS does not answer.
        """
        found = [self._claims(policy, cluster, slot, report) for cluster in policy.clusters]
        return [
            EfsBackup(
                file_system=file_system,
                policy=policy.name,
                slot=slot,
                deployment=self.deployment.name,
                claims=claims,
                accepted_at=self.clock(),
            )
            for file_system, claims in together(found)
        ]

    def _start(self, backup: EfsBackup) -> None:
        """Start its job; what does not work now is tried again by the next pass of FollowBackups."""
        try:
            self.follow.one(backup)
        except TemporaryError as error:
            log.warning("backup %s will be started later: %s", backup.id, error.reason)

    def _claims(self, policy: Policy, cluster: str, slot: datetime, report: EfsReport) -> OnEfs:
        """The claims of a cluster that the policy takes, or those of its last backups if it is silent."""
        try:
            listed = select_for(policy, self.deployment, self.clusters.open(cluster).claims())
        except (ClusterUnreachable, PermanentError) as error:
            report.silent[cluster] = error.reason
            return self._remembered(policy, cluster, slot)
        claims = [each.claim for each in listed.taken if each.claim.volume]
        found = self.on_efs.of(one for one in claims if one.volume and one.volume.kind is VolumeKind.EFS)
        if found.skipped:
            report.skipped[cluster] = found.skipped
        return found

    def _remembered(self, policy: Policy, cluster: str, slot: datetime) -> OnEfs:
        """The claims of a cluster as the newest backups of a policy know them, also those that failed; each
        name once, of a claim that was made again the last one."""
        backups = self.backups.backups_of(policy.name, slot - REMEMBERED)
        oldest_first = sorted(newest_of(backups, tuple(PointState)), key=lambda each: each[0].slot)
        by_name = {str(claim): (backup, claim) for backup, claim in oldest_first if claim.cluster == cluster}
        found = OnEfs()
        for backup, claim in by_name.values():
            found.claims.setdefault(backup.file_system, []).append(claim)
        return found
