"""Plans a restore of a claim on EFS: finds the backup that has it, and looks at its target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from snapkeep.domain.efs.backups import EfsBackup, EfsClaim
from snapkeep.domain.efs.jobs import StoredState
from snapkeep.domain.efs.restore.operations import EfsRestore
from snapkeep.domain.efs.restore.plans import EfsPlan, FileSystemFacts, plan_efs
from snapkeep.domain.errors import NotFound
from snapkeep.domain.naming import is_name
from snapkeep.domain.points import PointState
from snapkeep.domain.policies import Deployment
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.domain.restore.targets import TargetFacts
from snapkeep.ports.backup_vault import BackupVault
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs import EfsBackups
from snapkeep.ports.efs_restores import EfsFileSystems
from snapkeep.ports.kubernetes import Clusters

LOOKED_BACK = timedelta(days=400)
"""How far back the journal knows backups."""


@dataclass(frozen=True, slots=True)
class PlanEfsRestore:
    """Gathers the facts for a restore and runs the pre-flight."""

    deployment: Deployment
    clusters: Clusters
    backups: EfsBackups
    vault: BackupVault
    file_systems: EfsFileSystems
    clock: Clock

    def source(self, request: RestoreRequest) -> tuple[EfsBackup, EfsClaim]:
        """The newest backup with the claim, at or before the requested time, or the one of the requested id,
        and the claim as it was then.

        Raises NotFound when there is none, when its recovery point is gone, and when no policy takes file
        systems: what restores them is then not deployed.
        """
        self.deployment.known_cluster(request.cluster)
        if not self.deployment.file_system_policies:
            raise NotFound(
                "no policy has method aws-backup, so nothing here restores file systems: add one and deploy, "
                'or restore by hand: docs/efs.md, "Restore by hand"'
            )
        for backup, claim in self._having(request):
            stored = self.vault.point(backup.arn)
            if stored is not None and stored.state is StoredState.READY:
                return backup, claim
        raise NotFound(_missing(request))

    def plan(
        self,
        request: RestoreRequest,
        backup: EfsBackup,
        claim: EfsClaim,
        rivals: Sequence[EfsRestore] = (),
    ) -> EfsPlan:
        """The plan with all findings; `rivals` are open restores that are to make the same claim.

        Raises TemporaryError when EFS or the cluster does not answer.
        """
        found = self.file_systems.file_system(backup.file_system)
        place = FileSystemFacts(True, found.usable, found.mount_targets) if found else FileSystemFacts(False)
        target = self._target(request)
        return plan_efs(request, backup, claim, place=place, target=target, rivals=rivals, now=self.clock())

    def _having(self, request: RestoreRequest) -> Iterator[tuple[EfsBackup, EfsClaim]]:
        """The ready backups that have the claim, the newest first."""
        name = request.claim or request.target
        wanted = (
            request.source_cluster or request.cluster,
            request.source_namespace or request.namespace,
            name,
        )
        for backup in sorted(self._listed(request), key=lambda each: each.slot, reverse=True):
            if not _was_ready_at(backup, request.at):
                continue
            for claim in backup.claims:
                if (claim.cluster, claim.namespace, claim.name) == wanted:
                    yield backup, claim

    def _listed(self, request: RestoreRequest) -> Iterator[EfsBackup]:
        """The backup of the requested id, or all of the file systems that policies back up, also those of
        policies that are gone or have another name now."""
        if request.point_id:
            found = self.backups.backup(request.point_id)
            yield from (found,) if found else ()
            return
        since = self.clock() - LOOKED_BACK
        for policy in self.backups.policies():
            yield from self.backups.backups_of(policy, since)

    def _target(self, request: RestoreRequest) -> TargetFacts:
        """The target of the restore. A namespace with an invalid name cannot exist, and must not become part
        of a path."""
        region = self.deployment.known_cluster(request.cluster).region
        if not is_name(request.namespace):
            return TargetFacts(region=region, namespace_phase="")
        return self.clusters.open(request.cluster).restore_target(request.namespace, request.target, region)


def _was_ready_at(backup: EfsBackup, at: datetime | None) -> bool:
    """True if all files of a backup are as of `at` (aware UTC) or before: its job may have started long after
    its slot, and have run for hours. A time that is a backup's slot means that backup."""
    if backup.state is not PointState.READY:
        return False
    return at is None or backup.slot == at or (backup.ended_at or backup.slot) <= at


def _missing(request: RestoreRequest) -> str:
    source = f"{request.source_namespace or request.namespace}/{request.claim or request.target}"
    cluster = request.source_cluster or request.cluster
    if request.point_id:
        return f"there is no ready backup {request.point_id} with claim {source} of cluster {cluster}"
    until = f" at or before {request.at:%Y-%m-%d %H:%M:%S} UTC" if request.at else ""
    return f"claim {source} of cluster {cluster} is in no ready backup of a file system{until}"
