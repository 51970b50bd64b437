"""Derives the state of a restore from what the cluster shows now.

A claim whose class binds on first use stays Pending until a pod uses it, as intended.
https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from snapkeep.domain.restore.bindings import Binding, is_right, wrong_volume
from snapkeep.domain.restore.operations import RestoreOperation, Stage

SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""The scheduler writes it once it has chosen a node for the pod; the volume is created from then on."""


class RestoreState(StrEnum):
    """The states of a restore as users see them."""

    ACCEPTED = "accepted"
    BRINGING_BACK = "bringing_back"
    WAITING_FOR_SNAPSHOT = "waiting_for_snapshot"
    WAITING_FOR_CONSUMER = "waiting_for_consumer"
    PROVISIONING = "provisioning"
    BOUND = "bound"
    REMOVED = "removed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimEvent:
    """A Kubernetes Event about a claim. `at` is aware UTC; `count` is how often it was seen."""

    at: datetime
    type: str
    reason: str
    message: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class RestoredClaim:
    """The claim of a restore as the cluster shows it. `operation` is empty for a claim that Snapkeep did not
    create.

    `binding` says what it is bound to, None while it is not bound.
    """

    phase: str
    operation: str
    waits_for_consumer: bool
    node_selected: bool
    binding: Binding | None = None
    snapshot_ready: bool = True
    snapshot_error: str = ""
    snapshot_gone: bool = False
    events: tuple[ClaimEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a restore, as a code and in words.

    `other_data` is true when it failed because its claim is bound to a volume that is not the backup.
    `unseen` is the binding to a volume that EC2 does not show, None without one.
    """

    state: RestoreState
    text: str
    events: tuple[ClaimEvent, ...] = ()
    other_data: bool = False
    unseen: Binding | None = None


def progress(operation: RestoreOperation, claim: RestoredClaim | None) -> Progress:
    """The progress of a restore; `claim` is None when the cluster has none of that name."""
    where = f"claim {operation.namespace}/{operation.target}"
    if operation.stage is Stage.FAILED:
        return Progress(RestoreState.FAILED, operation.reason)
    if claim is not None and claim.operation != operation.id:
        claim = None
    if claim is None:
        return _without_claim(operation, where)
    bound_to = claim.binding or Binding("")
    if claim.phase == "Bound":
        return _bound(operation, claim, bound_to, where)
    if claim.phase == "Lost":
        return Progress(RestoreState.FAILED, f"{where} lost its volume {bound_to.volume}", claim.events)
    return _pending(claim, where)


def _bound(operation: RestoreOperation, claim: RestoredClaim, bound_to: Binding, where: str) -> Progress:
    """The progress of a bound claim: done only if its volume was created from the point, which was already
    checked for a `BOUND` operation.
    """
    if operation.stage is Stage.BOUND or is_right(operation, bound_to):
        return Progress(RestoreState.BOUND, f"{where} is bound to volume {bound_to.volume}", claim.events)
    if not bound_to.is_settled:
        text = f"{where} is bound to volume {bound_to.volume}, but EC2 does not show {bound_to.volume_id} yet"
        return Progress(RestoreState.PROVISIONING, text, claim.events, unseen=bound_to)
    return Progress(RestoreState.FAILED, wrong_volume(operation, bound_to), claim.events, other_data=True)


def _without_claim(operation: RestoreOperation, where: str) -> Progress:
    if operation.stage is Stage.BRINGING_BACK:
        text = operation.awaits or f"recovery point {operation.point_id} is in the archive tier"
        return Progress(RestoreState.BRINGING_BACK, f"{text}; {where} is created once it is back")
    if operation.stage is Stage.ACCEPTED:
        return Progress(RestoreState.ACCEPTED, f"{where} is about to be created")
    if operation.reason:
        return Progress(RestoreState.REMOVED, operation.reason)
    if operation.stage is Stage.BOUND:
        return Progress(RestoreState.REMOVED, f"{where} was bound and has since been deleted")
    return Progress(RestoreState.REMOVED, f"{where} was deleted before it was bound")


def _pending(claim: RestoredClaim, where: str) -> Progress:
    if claim.waits_for_consumer and not claim.node_selected:
        text = f"{where} is ready to use: its volume is created when the first pod uses it"
        return Progress(RestoreState.WAITING_FOR_CONSUMER, text, claim.events)
    if not claim.snapshot_ready:
        trouble = f": {claim.snapshot_error}" if claim.snapshot_error else ""
        text = f"{where} waits for its VolumeSnapshot to be ready{trouble}"
        return Progress(RestoreState.WAITING_FOR_SNAPSHOT, text, claim.events)
    warnings = [event for event in claim.events if event.type == "Warning"]
    latest = max(warnings, key=lambda event: event.at, default=None)
    trouble = f"; the provisioner says: {latest.message}" if latest else ""
    return Progress(
        RestoreState.PROVISIONING, f"the volume of {where} is being created{trouble}", claim.events
    )
