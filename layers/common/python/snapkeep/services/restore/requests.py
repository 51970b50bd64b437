"""Plans, starts, watches and lists restores on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from snapkeep.domain.errors import NotFound, PermanentError
from snapkeep.domain.restore.operations import RestoreOperation, Stage
from snapkeep.domain.restore.plans import RestorePlan
from snapkeep.domain.restore.progress import Progress, progress
from snapkeep.domain.restore.requests import RestoreRequest
from snapkeep.ports.clock import Clock
from snapkeep.ports.restores import Restores
from snapkeep.services.restore.carry_out import Restore
from snapkeep.services.restore.plan import PlanRestore
from snapkeep.services.restore.restored_claims import RestoredClaims


@dataclass(frozen=True, slots=True)
class RequestRestore:
    """The API's operations on restores."""

    planner: PlanRestore
    restore: Restore
    claims: RestoredClaims
    restores: Restores
    clock: Clock

    def plan(self, request: RestoreRequest) -> RestorePlan:
        """What would be created, with all findings; raises what `PlanRestore.plan` raises."""
        return replace(self.planner.plan(request), planned_at=self.clock())

    def start(self, plan: RestorePlan, operation_id: str, caller: str) -> RestoreOperation:
        """Carry out a plan that is not refused; returns how far it got.

        A known restore with that id continues where it stands, whatever the plan says now.
        """
        return self.restore.start(plan.operation(operation_id, caller, self.clock()))

    def resume(self, operation_id: str) -> RestoreOperation | None:
        """Continue a restore that was begun; None when there is none with that id."""
        known = self.restores.restore(operation_id)
        return self.restore.resume(known) if known else None

    def cancel(self, cluster: str, namespace: str, restore_id: str, caller: str) -> RestoreOperation:
        """End a restore whose point is still in the archive tier; one that ended stays as it is.

        finish_restores releases the hold. EC2 cannot stop bringing the point back. Raises NotFound when it is
        not in this namespace, PermanentError once its claim may exist, and TemporaryError when
        finish_restores works on it at the same moment.
        """
        found = self._known(cluster, namespace, restore_id)
        if found.stage.is_final:
            return found
        if found.stage is not Stage.BRINGING_BACK:
            raise PermanentError(
                f"restore {restore_id} is creating claim {namespace}/{found.target}, or has created it: "
                f"kubectl delete pvc {found.target} -n {namespace} ends it"
            )
        return self.restores.write_restore(found.cancelled(self.clock(), caller))

    def status(self, cluster: str, namespace: str, restore_id: str) -> tuple[RestoreOperation, Progress]:
        """A restore and its progress. Raises NotFound when it is not in this namespace."""
        found = self._known(cluster, namespace, restore_id)
        return found, progress(found, self.claims.look(found))

    def _known(self, cluster: str, namespace: str, restore_id: str) -> RestoreOperation:
        found = self.restores.restore(restore_id)
        if found is None or (found.cluster, found.namespace) != (cluster, namespace):
            raise NotFound(f"namespace {namespace} of cluster {cluster} has no restore {restore_id}")
        return found

    def page(
        self, cluster: str, namespace: str, limit: int, after: str
    ) -> tuple[Sequence[RestoreOperation], str]:
        """Restores into a namespace, newest first, and the cursor of the next page ("" at the end).

        `after` is the id of the last restore of the previous page. Raises NotFound when that is gone.
        """
        last = self._last(cluster, namespace, after) if after else None
        page = list(islice(self.restores.restores_of(cluster, namespace, last), limit + 1))
        return page[:limit], page[limit - 1].id if len(page) > limit else ""

    def _last(self, cluster: str, namespace: str, restore_id: str) -> RestoreOperation:
        last = self.restores.restore(restore_id)
        if last is None or (last.cluster, last.namespace) != (cluster, namespace):
            raise NotFound(
                "the requested page begins after a restore that no longer exists: list from the start"
            )
        return last
