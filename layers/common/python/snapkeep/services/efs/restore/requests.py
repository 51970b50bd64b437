"""What people do with restores of claims on EFS: plan, start and show them, and say what they saw."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from snapkeep.domain.efs.restore.directories import is_directory_name
from snapkeep.domain.efs.restore.operations import EfsRestore, EfsStage, accepted, cancelled, done, seen
from snapkeep.domain.efs.restore.plans import EfsPlan
from snapkeep.domain.errors import Invalid, NotFound, PermanentError, TemporaryError
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.ports.clock import Clock
from snapkeep.ports.efs_restores import EfsRestores, RestoreFollower
from snapkeep.services.efs.restore.plan import PlanEfsRestore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RequestEfsRestore:
    """The API's operations on restores of claims on EFS. It may not start jobs or make access points:
    restore_file_systems does, as soon as it is asked, and at least every 5 minutes."""

    planner: PlanEfsRestore
    restores: EfsRestores
    follower: RestoreFollower
    clock: Clock

    def plan(self, request: RestoreRequest) -> EfsPlan | EfsRestore:
        """What would happen, with all findings; or the open restore that the request continues.

        Raises NotFound when no backup has the claim.
        """
        backup, claim = self.planner.source(request)
        rivals = [
            each for each in self.restores.efs_restores_on(backup.file_system) if each.is_rival_of(request)
        ]
        for each in rivals:
            if each.serves(request, backup, claim):
                return each
        return self.planner.plan(request, backup, claim, rivals)

    def start(self, plan: EfsPlan, restore_id: str, caller: str) -> EfsRestore:
        """Accept a plan that is not refused; a restore with that id continues. Raises ValueError for a
        refused plan."""
        if plan.refused:
            raise ValueError("a refused plan cannot be carried out: " + plan.findings[0].text)
        restore = accepted(
            plan.backup,
            plan.claim,
            plan.request,
            restore_id=restore_id,
            caller=caller,
            now=self.clock(),
        )
        restore = self.restores.add_efs_restore(restore)
        self._go_on()
        return restore

    def begun(self, restore_id: str) -> EfsRestore | None:
        """The restore of an id, if there is one."""
        return self.restores.efs_restore(restore_id)

    def show(self, cluster: str, namespace: str, restore_id: str) -> EfsRestore:
        """A restore as it is now; it is brought on where it waits for AWS.

        Raises NotFound when it is not in this namespace.
        """
        restore = self._known(cluster, namespace, restore_id)
        if restore.stage in (EfsStage.ACCEPTED, EfsStage.RESTORING, EfsStage.SEEN):
            self._go_on()
        return restore

    def saw(self, cluster: str, namespace: str, restore_id: str, directory: str) -> EfsRestore:
        """Record in which directory somebody saw the claim's folder; its access point is then made.

        Raises Invalid for a name that AWS Backup gives to no directory, and PermanentError before the job has
        completed, after another directory was named, and for a directory of another restore or of a time when
        the job did not run.
        """
        restore = self._known(cluster, namespace, restore_id)
        if not is_directory_name(directory):
            raise Invalid(
                f"{directory[:80]!a} is not a directory that AWS Backup made: they are aws-backup-restore_…"
            )
        if restore.directory == directory:
            return self.show(cluster, namespace, restore_id)
        if restore.stage is not EfsStage.RESTORED:
            raise PermanentError(_not_now(restore))
        if why := restore.why_not_in(directory):
            raise PermanentError(why)
        for other in self.restores.efs_restores_on(restore.file_system):
            if other.directory == directory and other.stage is not EfsStage.FAILED:
                raise PermanentError(
                    f"{directory} is the directory of restore {other.id} of {other}, not of this one"
                )
        restore = self.restores.write_efs_restore(seen(restore, directory))
        self._go_on()
        return restore

    def made(self, cluster: str, namespace: str, restore_id: str) -> EfsRestore:
        """Record that the claim exists, which ends the restore. Raises PermanentError before it can be
        mounted."""
        restore = self._known(cluster, namespace, restore_id)
        if restore.stage is EfsStage.DONE:
            return restore
        if restore.stage is not EfsStage.READY:
            raise PermanentError(_not_now(restore))
        return self.restores.write_efs_restore(done(restore))

    def cancel(self, cluster: str, namespace: str, restore_id: str, caller: str) -> EfsRestore:
        """End a restore, so that the same request starts another one; one that ended stays as it is.

        Raises NotFound, and TemporaryError when restore_file_systems works on it at the same moment.
        """
        restore = self._known(cluster, namespace, restore_id)
        return self.restores.write_efs_restore(cancelled(restore, caller)) if restore.is_open else restore

    def _go_on(self) -> None:
        try:
            self.follower.follow_restores()
        except TemporaryError as error:
            log.warning("restores will go on within 5 minutes: %s", error.reason)

    def _known(self, cluster: str, namespace: str, restore_id: str) -> EfsRestore:
        found = self.restores.efs_restore(restore_id)
        if found is None or (found.cluster, found.namespace) != (cluster, namespace):
            raise NotFound(f"namespace {namespace} of cluster {cluster} has no restore {restore_id} from EFS")
        return found


def _not_now(restore: EfsRestore) -> str:
    why = f": {restore.reason}" if restore.reason else ""
    named = f", with directory {restore.directory}" if restore.directory else ""
    return f"restore {restore.id} is {restore.stage.value}{named}{why}"
