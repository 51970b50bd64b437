"""Deletions in the journal: how far the deletion of each recovery point has got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from snapkeep.domain.errors import PermanentError

RETAIN = "Retain"
"""The deletionPolicy with which deleting a content keeps its EBS snapshot."""


class DeletionStep(StrEnum):
    """How far a deletion has got. Every step may be repeated."""

    INTENDED = "intended"
    OBJECTS_GONE = "objects_gone"
    """Written by earlier versions; `ASKED` implies it."""
    ASKED = "asked"
    """EC2 was asked to delete it, or was about to be."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A snapshot that a plan deletes: why, since when (aware UTC), and how far the deletion has got."""

    snapshot_id: str
    cluster: str
    reason: str
    planned_at: datetime
    step: DeletionStep = DeletionStep.INTENDED


@dataclass(frozen=True, slots=True)
class PlannedDeletion:
    """A snapshot to delete, why, and the good point that must still exist at that time.

    Of one that a plan names, `lineage` is its lineage, and `counts` says whether it is a good point of it.
    Of a copy, `point` is the id of its point.
    """

    snapshot_id: str
    reason: str = ""
    shield: str = ""
    lineage: str = ""
    counts: bool = False
    point: str = ""


@dataclass(frozen=True, slots=True)
class LastPrune:
    """The last prune of a cluster whose plan was carried out.

    `pending` are the snapshots that were not ready then; they count as new once they are.
    """

    cluster: str
    at: datetime
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Announced:
    """What was announced about a cluster: why its retention is frozen ("" while it is not), and which of its
    policies the config no longer names.
    """

    cluster: str
    frozen: str = ""
    orphaned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PruneLease:
    """Who may prune a cluster now, and until when (aware UTC)."""

    cluster: str
    owner: str
    until: datetime


NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """A VolumeSnapshotContent: the snapshot it names ("" until one was cut), its VolumeSnapshot,
    its deletionPolicy and class, and when it was created (aware UTC)."""

    name: str
    snapshot_id: str
    deletion_policy: str
    namespace: str = ""
    volume_snapshot: str = ""
    uid: str = ""
    class_name: str = ""
    created_at: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Leftover:
    """A snapshot object that still exists although its deletion was requested, and what holds it.

    Kubernetes removes an object only once its list of finalizers is empty.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
    """

    kind: str
    name: str
    finalizers: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.finalizers:
            return f"{self.kind} {self.name} still exists although its deletion was requested"
        return f"{self.kind} {self.name} still exists, held by its finalizers {', '.join(self.finalizers)}"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The result of withdrawing a VolumeSnapshot that is no longer wanted.

    `snapshot_id` is the snapshot that its content names, taken at `cut_at` (aware UTC, None when the content
    does not say): in that case nothing was deleted. Otherwise `left` lists the objects that still exist; once
    it is empty no driver can take a snapshot for it.
    """

    snapshot_id: str = ""
    left: tuple[Leftover, ...] = ()
    cut_at: datetime | None = None


def refuse_unless_retained(content: str, policy: str, snapshot_id: str, what: str) -> None:
    """Raise PermanentError unless deleting a content with this deletionPolicy keeps its EBS snapshot.

    `what` is the object to delete. The text says how to set the policy back.
    https://kubernetes.io/docs/concepts/storage/volume-snapshots/#deletion-policy
    """
    if policy == RETAIN:
        return
    lost = f"EBS snapshot {snapshot_id}" if snapshot_id else "the EBS snapshot taken for it"
    raise PermanentError(
        f"VolumeSnapshotContent {content} has deletionPolicy {policy!r}, not {RETAIN}: deleting {what} would "
        f"also delete {lost}. Set it back with `{retain_command(content)}`; the deletion is then retried"
    )


def retain_command(content: str) -> str:
    """The kubectl command that sets a content's deletionPolicy back to Retain."""
    patch = json.dumps({"spec": {"deletionPolicy": RETAIN}}, separators=(",", ":"))
    return f"kubectl patch volumesnapshotcontent {content} --type merge -p '{patch}'"
