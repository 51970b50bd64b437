"""Carries out accepted restores in steps, each of which may be repeated."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.domain.restore.operations import HOLD_FOR, KEEP_FOR, MOST_IMPORTS, RestoreOperation, Stage, Way
from snapkeep.ports.clock import Clock
from snapkeep.ports.kubernetes import Clusters, RestoreObjects
from snapkeep.ports.restores import Restores

log = logging.getLogger(__name__)


class Holds(Protocol):
    """Protects recovery points from pruning; one point may have several holders."""

    def hold(self, snapshot_id: str, holder: str, reason: str, until: datetime) -> None:
        """Hold a point, or hold it longer. Raises NotFound when its snapshot is gone."""

    def release(self, snapshot_id: str, holder: str) -> None:
        """Release a hold; one that is already gone is success. Other holders' holds stay."""


class Lending(Protocol):
    """Lends a driver's tags to copies."""

    def lend(self, operation: RestoreOperation) -> None:
        """Put them on the copy of a restore that holds it. Raises TemporaryError while another needs it."""

    def renew(self, operation: RestoreOperation) -> None:
        """Lend them again if the copy lacks them."""

    def take_back(self, operation: RestoreOperation) -> None:
        """Take off those that no other restore needs; a copy without them is success."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Creates the objects of a restore, in an order that tolerates a crash at any point.

    If it may not delete (`may_delete`, in the API), finish_restores cleans up after a failed restore.
    """

    clusters: Clusters
    restores: Restores
    holds: Holds
    lending: Lending
    clock: Clock
    may_delete: bool = True

    def start(self, operation: RestoreOperation) -> RestoreOperation:
        """Journal an accepted restore and create its objects; returns how far it got.

        A known restore with that id continues where it stands. After a temporary error it stays `accepted`
        and finish_restores continues; a permanent error ends it as `failed`, with the reason, and its objects
        are removed.
        """
        return self.resume(self.restores.add_restore(operation))

    def resume(self, operation: RestoreOperation) -> RestoreOperation:
        """Create the missing objects of an accepted restore; one that got further is returned unchanged.

        A point in the archive tier is only held: finish_restores brings it back.
        """
        if operation.stage not in (Stage.ACCEPTED, Stage.BRINGING_BACK):
            return operation
        try:
            operation = self.renew(operation)
            return operation if operation.stage is Stage.BRINGING_BACK else self._make(operation)
        except TemporaryError as error:
            log.warning("restore %s waits: %s", operation.id, error.reason)
            return operation
        except PermanentError as error:
            return self.fail(operation, error.reason)

    def fail(self, operation: RestoreOperation, reason: str) -> RestoreOperation:
        """Fail a restore and remove its objects; those that cannot be removed now are removed later."""
        failed = self.restores.write_restore(operation.failed(self.clock(), reason))
        if not self.may_delete:
            return failed
        try:
            return self.clean_up(failed)
        except (TemporaryError, PermanentError) as error:
            log.warning("restore %s is cleaned up later: %s", operation.id, error.reason)
            return failed

    def clean_up(self, operation: RestoreOperation) -> RestoreOperation:
        """Take a driver's tags off a copy, remove the imported objects (and the claim of a failed restore),
        release the hold, and journal it.

        If the claim holds other data than the point's, the point stays held for a person. Only objects that
        name this restore are removed. The content retains, so the EBS snapshot stays. Raises TemporaryError
        when the cluster cannot be reached.
        """
        self.lending.take_back(operation)
        cluster = self._cluster_if_there(operation)
        if cluster is not None:
            if operation.stage is Stage.FAILED:
                cluster.remove_restored_claim(operation)
            if operation.way is Way.IMPORT:
                cluster.remove_imported_snapshot(operation)
        if operation.keeps_point:
            self._leave_held(operation)
        self.holds.release(operation.snapshot_id, operation.holder)
        return self.restores.write_restore(replace(operation, cleaned=True))

    def import_again(self, operation: RestoreOperation) -> RestoreOperation:
        """Import the EBS snapshot, which is held, for a claim whose VolumeSnapshot is gone or being deleted.

        A prune that listed the point before it was held, or anybody else, may have deleted the
        VolumeSnapshot. After `MOST_IMPORTS` the restore fails.
        """
        lost = f"VolumeSnapshot {operation.source} was deleted"
        imports = operation.imports + 1 if operation.way is Way.IMPORT else operation.imports
        if imports == MOST_IMPORTS:
            reason = (
                f"{lost} while the claim waited for it, the last of {MOST_IMPORTS} imports: find out who "
                "deletes them (see the audit log of the cluster), and restore again"
            )
            return self.fail(operation, reason)
        text = f"{lost}: the claim is restored from the EBS snapshot itself"
        again = replace(
            operation.happened(self.clock(), text, Stage.ACCEPTED),
            way=Way.IMPORT,
            volume_snapshot="",
            imports=imports,
        )
        return self.resume(self.restores.write_restore(again))

    def renew(self, operation: RestoreOperation) -> RestoreOperation:
        """Hold the recovery point of a waiting claim for another day when the hold ends soon."""
        now = self.clock()
        if not operation.must_renew(now):
            return operation
        until = now + HOLD_FOR
        self._hold(operation, until)
        return self.restores.write_restore(replace(operation, held_until=until))

    def _make(self, operation: RestoreOperation) -> RestoreOperation:
        cluster = self.clusters.open(operation.cluster)
        self.lending.lend(operation)
        if operation.way is Way.IMPORT:
            cluster.import_snapshot(operation)
        cluster.create_restored_claim(operation)
        now = self.clock()
        text = f"claim {operation.namespace}/{operation.target} made from {operation.point_id}"
        created = operation.happened(now, text, Stage.CREATED)
        return self.restores.write_restore(created)

    def _hold(self, operation: RestoreOperation, until: datetime) -> None:
        reason = f"{operation.namespace}/{operation.target} is being restored from it"
        self.holds.hold(operation.snapshot_id, operation.holder, reason, until)

    def _leave_held(self, operation: RestoreOperation) -> None:
        """Hold the point for a person, who may release it; a snapshot that is gone cannot be held."""
        until = operation.last_step_at + KEEP_FOR
        reason = f"claim {operation.namespace}/{operation.target} should have been made from it but was not"
        if until <= self.clock():
            return
        try:
            self.holds.hold(operation.snapshot_id, operation.left_holder, reason, until)
        except NotFound as error:
            log.warning("restore %s: %s", operation.id, error.reason)

    def _cluster_if_there(self, operation: RestoreOperation) -> RestoreObjects | None:
        """The cluster; None when EKS no longer has it and its objects are gone with it."""
        try:
            return self.clusters.open(operation.cluster)
        except PermanentError:
            return None
