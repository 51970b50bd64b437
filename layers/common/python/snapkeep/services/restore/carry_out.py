"""Restoring: what an accepted restore needs, made step by step so that any step may be made again."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from snapkeep.domain.errors import NotFound, PermanentError, TemporaryError
from snapkeep.domain.restore.operations import HOLD_FOR, KEEP_FOR, MOST_IMPORTS, RestoreOperation, Stage, Way
from snapkeep.ports.clock import Clock
from snapkeep.ports.journal import Journal
from snapkeep.ports.kubernetes import Cluster, Clusters

log = logging.getLogger(__name__)


class Holds(Protocol):
    """Keeps recovery points from being pruned; one point may have several holders."""

    def hold(self, snapshot_id: str, holder: str, reason: str, until: datetime) -> None:
        """Hold a point, or hold it longer. Raises NotFound when its snapshot is gone."""

    def release(self, snapshot_id: str, holder: str) -> None:
        """Give a hold back; one that is gone already is success. The holds of others stay."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Makes what a restore needs, in an order that any crash may interrupt.

    Where it `may_delete` nothing (in the API), finish_restores removes what a failed restore leaves.
    """

    clusters: Clusters
    journal: Journal
    holds: Holds
    clock: Clock
    may_delete: bool = True

    def start(self, operation: RestoreOperation) -> RestoreOperation:
        """Journal an accepted restore and make its objects; returns how far it got.

        A restore of that id that is known already goes on where it stands. Trouble that passes leaves
        it `accepted`, and finish_restores goes on; trouble that stays ends it `failed`, with the reason,
        and what was made for it is removed.
        """
        return self.resume(self.journal.restores.add_restore(operation))

    def resume(self, operation: RestoreOperation) -> RestoreOperation:
        """Make what is missing of an accepted restore; one that got further is returned as it is."""
        if operation.stage is not Stage.ACCEPTED:
            return operation
        try:
            operation = self.renew(operation)
            return self._make(operation)
        except TemporaryError as error:
            log.warning("restore %s waits: %s", operation.id, error.reason)
            return operation
        except PermanentError as error:
            return self.fail(operation, error.reason)

    def fail(self, operation: RestoreOperation, reason: str) -> RestoreOperation:
        """End a restore and remove what was made for it; what cannot be removed now is removed later."""
        failed = self.journal.restores.write_restore(operation.failed(self.clock(), reason))
        if not self.may_delete:
            return failed
        try:
            return self.clean_up(failed)
        except (TemporaryError, PermanentError) as error:
            log.warning("restore %s is cleaned up later: %s", operation.id, error.reason)
            return failed

    def clean_up(self, operation: RestoreOperation) -> RestoreOperation:
        """Remove the import pair (and the claim of a failed restore), give the hold back, journal it.

        Where the claim holds other data than the point's, the point stays held for a person. Only objects
        that name this restore are removed. The content retains, so the EBS snapshot stays.
        Raises TemporaryError when the cluster cannot be reached.
        """
        cluster = self._cluster_if_there(operation)
        if cluster is not None:
            if operation.stage is Stage.FAILED:
                cluster.remove_restored_claim(operation)
            if operation.way is Way.IMPORT:
                cluster.remove_imported_snapshot(operation)
        if operation.keeps_point:
            self._leave_held(operation)
        self.holds.release(operation.snapshot_id, operation.holder)
        return self.journal.restores.write_restore(replace(operation, cleaned=True))

    def import_again(self, operation: RestoreOperation) -> RestoreOperation:
        """Import the EBS snapshot, which is held, for a claim whose VolumeSnapshot is gone or going.

        A prune that looked before the point was held may have deleted it, and anybody else may. After
        `MOST_IMPORTS` the restore fails.
        """
        lost = f"VolumeSnapshot {operation.source} was deleted"
        imports = operation.imports + 1 if operation.way is Way.IMPORT else operation.imports
        if imports == MOST_IMPORTS:
            reason = (
                f"{lost} while the claim waited for it, the last of {MOST_IMPORTS} imports: find out who "
                "deletes them (the audit log of the cluster says), and restore again"
            )
            return self.fail(operation, reason)
        text = f"{lost}: the claim is made from the EBS snapshot itself"
        again = replace(
            operation.happened(self.clock(), text, Stage.ACCEPTED),
            way=Way.IMPORT,
            volume_snapshot="",
            imports=imports,
        )
        return self.resume(self.journal.restores.write_restore(again))

    def renew(self, operation: RestoreOperation) -> RestoreOperation:
        """Hold the recovery point of a waiting claim for another day when the hold ends soon."""
        now = self.clock()
        if not operation.must_renew(now):
            return operation
        until = now + HOLD_FOR
        self._hold(operation, until)
        return self.journal.restores.write_restore(replace(operation, held_until=until))

    def _make(self, operation: RestoreOperation) -> RestoreOperation:
        cluster = self.clusters.open(operation.cluster)
        if operation.way is Way.IMPORT:
            cluster.import_snapshot(operation)
        cluster.create_restored_claim(operation)
        now = self.clock()
        text = f"claim {operation.namespace}/{operation.target} made from {operation.point_id}"
        created = operation.happened(now, text, Stage.CREATED)
        return self.journal.restores.write_restore(created)

    def _hold(self, operation: RestoreOperation, until: datetime) -> None:
        reason = f"{operation.namespace}/{operation.target} is being restored from it"
        self.holds.hold(operation.snapshot_id, operation.holder, reason, until)

    def _leave_held(self, operation: RestoreOperation) -> None:
        """Hold the point for a person, who may give it back; a snapshot that is gone cannot be held."""
        until = operation.last_step_at + KEEP_FOR
        reason = f"claim {operation.namespace}/{operation.target} should have been made from it and was not"
        if until <= self.clock():
            return
        try:
            self.holds.hold(operation.snapshot_id, operation.left_holder, reason, until)
        except NotFound as error:
            log.warning("restore %s: %s", operation.id, error.reason)

    def _cluster_if_there(self, operation: RestoreOperation) -> Cluster | None:
        """The cluster, or None when EKS knows it no more: its objects are gone with it."""
        try:
            return self.clusters.open(operation.cluster)
        except PermanentError:
            return None
